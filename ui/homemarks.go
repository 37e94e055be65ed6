package ui

import (
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// chosen returns the marked invites, including hidden ones. If there are none, it
// returns the invite under the cursor.
func (h *homePage) chosen() []invite.Invite {
	var chosen []invite.Invite
	for k := range h.Marked {
		chosen = append(chosen, *h.Rows[k].invite)
	}
	if r, some := h.Selected(); len(chosen) == 0 && some {
		chosen = []invite.Invite{*r.invite}
	}
	invite.Sort(chosen)
	return chosen
}

// mayRevoke reports whether any of the chosen invites can be revoked. It must be fast:
// every frame calls it, and thousands of invites may be marked.
func (h *homePage) mayRevoke() bool {
	for k := range h.Marked {
		if mayRevoke(h.sh, *h.Rows[k].invite) {
			return true
		}
	}
	r, some := h.Selected()
	return len(h.Marked) == 0 && some && mayRevoke(h.sh, *r.invite)
}

// markAgain marks the invites of a batch again after an undo. Otherwise it marks
// only the invites that could not be revoked.
func (h *homePage) markAgain(msg shell.RevokedMsg) {
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
