package keymap

import (
	"charm.land/bubbles/v2/key"

	"github.com/mxinvite/mxinvite/wording"
)

// HintPhrases returns the sentences of hints that name keys and fields of the screen. A
// visitor cannot run commands on the machine where the program runs.
func (k *Map) HintPhrases(visitor bool) wording.HintPhrases {
	press := func(b key.Binding) string { return "press " + b.Help().Key }
	ways := wording.HintPhrases{
		ListRooms:      "To see your rooms, " + press(k.Rooms) + " among the invites.",
		ListInvites:    "To read the invites again, go back to them.",
		ShowOutbox:     "To see the outbox, " + press(k.Outbox) + " among the invites.",
		AcceptTerms:    "To read and accept them, " + press(k.AcceptTerms) + " in the outbox.",
		IdentityServer: "ask its administrators for one.",
		SendLinks:      "To send links instead, " + press(k.NextWay) + " on the page to invite people.",
		NameRoom:       "Type it into the field Room.",
		NameInviter:    "type their Matrix ID into the field Invited by.",
		WithoutBind:    "Accept it here, where the address is not bound.",
		SendAgain:      "To send it as well, " + press(k.All) + " in the preview.",
		SendToReplaced: "To invite to the old room anyway, " + press(k.OldRoom) + " in the preview.",
		SignIn:         func(wording.HintValues) string { return "Sign in again." },
		Trust: func(v wording.HintValues) string {
			return "To allow it from the next start on, run: " + wording.TrustCommand(v)
		},
	}
	if visitor {
		ways.Trust = func(v wording.HintValues) string {
			if v.HTTP || v.Private {
				return "Visitors cannot allow that."
			}
			return "To allow it, " + press(k.Trust) + " among the invites."
		}
	}
	return ways
}
