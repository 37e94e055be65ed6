package ui

import "github.com/mxinvite/mxinvite/client/invite"

// mark marks the row under the cursor, or not any more, and goes on to the next.
func (t *table[K, R]) mark() {
	k, some := t.list.current()
	switch {
	case !some:
		return
	case t.marked[k]:
		delete(t.marked, k)
	default:
		t.marked[k] = true
	}
	t.list.at = min(t.list.at+1, len(t.list.keys)-1)
}

// markAll marks every row that is shown, or if they all are, none of them.
func (t *table[K, R]) markAll() {
	all := true
	for _, k := range t.list.keys {
		all = all && t.marked[k]
	}
	for _, k := range t.list.keys {
		if all {
			delete(t.marked, k)
		} else {
			t.marked[k] = true
		}
	}
}

// chosen are the marked invites, seen or not, or the one under the cursor.
func (h *home) chosen() []invite.Invite {
	var chosen []invite.Invite
	for k := range h.marked {
		chosen = append(chosen, h.rows[k].invite)
	}
	if r, some := h.selected(); len(chosen) == 0 && some {
		chosen = []invite.Invite{r.invite}
	}
	invite.Sort(chosen)
	return chosen
}

// mayRevoke reports whether any of the chosen invites can be revoked. It is asked
// for every frame, and thousands may be marked.
func (h *home) mayRevoke() bool {
	for k := range h.marked {
		if h.sh.mayRevoke(h.rows[k].invite) {
			return true
		}
	}
	r, some := h.selected()
	return len(h.marked) == 0 && some && h.sh.mayRevoke(r.invite)
}

// markAgain marks what was marked, and not revoked all the same.
func (h *home) markAgain(msg revokedMsg) {
	keys := msg.batch.failed
	if msg.undone {
		keys = msg.batch.keys
	}
	if len(msg.batch.keys) == 1 {
		return
	}
	for _, k := range keys {
		if _, ok := h.rows[k]; ok {
			h.marked[k] = true
		}
	}
}
