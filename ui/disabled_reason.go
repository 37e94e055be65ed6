package ui

import (
	"slices"

	"github.com/mxinvite/mxinvite/client/invite"
)

// whyNot says why an action does not work on the invite under the cursor.
func (h *home) whyNot(action string) string {
	r, some := h.Selected()
	switch {
	case h.loading():
		return "your rooms are still being read"
	case action == "invite":
		if room, err := h.sh.account.Room(h.room); err == nil {
			return needsPower("Inviting", room)
		}
		return "you are not in this room any more"
	case !some && len(h.Rows) > 0 && action != "undo":
		return "no invite matches what is shown"
	case !some:
		return ""
	case action == "revoke" && len(h.Marked) > 0:
		return "you may revoke none of those that are marked"
	}
	return h.sh.excuse(action, r.invite)
}

func (p *invitePage) whyNot(action string) string { return p.sh.excuse(action, p.row.invite) }

// excuse says why an action does not work on an invite.
func (sh *shell) excuse(action string, i invite.Invite) string {
	switch action {
	case "revoke":
		return sh.whyNotRevoke(i)
	case "send-again":
		if taken := []invite.Status{invite.Invited, invite.Joined, invite.Left, invite.Banned}; slices.Contains(taken, i.Status) {
			return "it was accepted already"
		}
		if r, err := sh.account.Room(i.RoomID); err == nil && !r.MayInvite() {
			return needsPower("Inviting", r)
		}
	case "export":
		if sh.opt.Export == nil {
			return "invites cannot be exported from here"
		}
	}
	return ""
}
