package ui

import (
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// chosen are the marked invites, seen or not, or the one under the cursor.
func (h *home) chosen() []invite.Invite {
	var chosen []invite.Invite
	for k := range h.Marked {
		chosen = append(chosen, h.Rows[k].invite)
	}
	if r, some := h.Selected(); len(chosen) == 0 && some {
		chosen = []invite.Invite{r.invite}
	}
	invite.Sort(chosen)
	return chosen
}

// mayRevoke reports whether any of the chosen invites can be revoked. It is asked
// for every frame, and thousands may be marked.
func (h *home) mayRevoke() bool {
	for k := range h.Marked {
		if mayRevoke(h.sh, h.Rows[k].invite) {
			return true
		}
	}
	r, some := h.Selected()
	return len(h.Marked) == 0 && some && mayRevoke(h.sh, r.invite)
}

// markAgain marks the invites of a batch again after an undo. Otherwise it marks
// only the invites that could not be revoked.
func (h *home) markAgain(msg shell.RevokedMsg) {
	keys := msg.Batch.Failed
	if msg.Undone {
		keys = msg.Batch.Keys
	}
	if len(msg.Batch.Keys) == 1 {
		return
	}
	for _, k := range keys {
		if _, ok := h.Rows[k]; ok {
			h.Marked[k] = true
		}
	}
}
