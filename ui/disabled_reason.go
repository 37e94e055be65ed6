package ui

import (
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// DisabledReason returns the reason why an action does not work on the invite under the
// cursor.
func (h *homePage) DisabledReason(action string) string {
	r, some := h.Selected()
	switch {
	case h.loading():
		return "your rooms are still loading"
	case action == "invite":
		if room, err := h.sh.Account.Room(h.room); err == nil {
			return reason(client.Plan{Room: room}.Err())
		}
		return "you are not in this room any more"
	case !some && len(h.Rows) > 0 && action != "undo":
		return "no invite is shown"
	case !some:
		return ""
	case action == "revoke" && len(h.Marked) > 0:
		return "none of the marked invites can be revoked: " + h.markedDisabledReason()
	case action == "move":
		return notMovable(h.sh, h.chosen())
	}
	return disabledReason(h.sh, action, *r.invite)
}

// markedDisabledReason returns the reason why the first of the marked invites cannot be
// revoked.
func (h *homePage) markedDisabledReason() string {
	for _, i := range h.chosen() {
		if err := revocable(h.sh, i); err != nil {
			return reason(err)
		}
	}
	return ""
}

func (p *invitePage) DisabledReason(action string) string {
	return disabledReason(p.sh, action, *p.row.invite)
}

// disabledReason returns the reason why an action does not work on an invite.
func disabledReason(sh *shell.Shell, action string, i invite.Invite) string {
	switch action {
	case "revoke":
		if err := revocable(sh, i); err != nil {
			return reason(err)
		}
	case "send-again":
		if err := resendable(sh, i); err != nil {
			return reason(err)
		}
	case "move":
		return notMovable(sh, []invite.Invite{i})
	case "export":
		if sh.Options.Export == nil {
			return "export is not available here"
		}
	}
	return ""
}
