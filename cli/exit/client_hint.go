package exit

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/wording"
)

// ClientHint returns what the user can do about an error of package client. For
// visitors it names only what they may use.
func ClientHint(a *host.Program, err error) string { return AdviceText(a, client.Advise(err)) }

// CommandHint returns what a user of this machine can do about an error of package
// client. It names commands.
func CommandHint(err error) string {
	advice := client.Advise(err)
	return wording.Hint(string(advice.Kind), wording.HintValues(advice.Values), commandPhrases())
}

// AdviceText returns the text of an advice. It names commands or, in the accessible
// mode, the words to type there. For visitors it names only what they may use.
func AdviceText(a *host.Program, advice client.Advice) string {
	return wording.Hint(string(advice.Kind), wording.HintValues(advice.Values), hintPhrases(a))
}

func hintPhrases(a *host.Program) wording.HintPhrases {
	ways := commandPhrases()
	if a.Conversation != nil {
		ways = conversationPhrases()
	}
	if trust := ways.Trust; a.Guest != nil {
		ways.Trust = func(v wording.HintValues) string {
			if v.HTTP || v.Private {
				return "Visitors cannot allow that."
			}
			return trust(v)
		}
	}
	return ways
}

// commandPhrases returns the sentences of hints that name commands and flags.
func commandPhrases() wording.HintPhrases {
	return wording.HintPhrases{
		ListRooms:      "To list your rooms, run: mxinvite rooms",
		ListInvites:    "To list the invites of a room with their tokens, run: mxinvite list",
		ShowOutbox:     "To see the outbox, run: mxinvite outbox",
		AcceptTerms:    "To accept them after they are shown, run: mxinvite send --accept-terms",
		IdentityServer: "use --identity-server.",
		SendLinks:      "Or send links yourself: mxinvite send --via link ROOM PERSON",
		NameRoom:       "Use --room with an ID such as !abc:example.org.",
		NameInviter:    "use --inviter with their Matrix ID.",
		WithoutBind:    "Accept it without --bind.",
		SendAgain:      "To send it, use --again.",
		SendToReplaced: "To invite to the old room anyway, use --old-room.",
		SignIn: func(v wording.HintValues) string {
			command := "mxinvite login"
			if v.Homeserver != "" {
				command += " " + v.Homeserver
			}
			if v.User != "" {
				command += " --user " + id.UserID(v.User).Localpart()
			}
			return "Sign in again with: " + command
		},
		Trust: func(v wording.HintValues) string { return "To allow it, run: " + wording.TrustCommand(v) },
	}
}

// conversationPhrases returns the sentences of hints that name the words of the
// accessible mode. Commands without a word are named as on a command line.
func conversationPhrases() wording.HintPhrases {
	ways := commandPhrases()
	ways.ListRooms = "To list your rooms, type rooms."
	ways.ListInvites = "To read the invites, type list."
	ways.ShowOutbox = "To read the outbox, type outbox."
	ways.AcceptTerms = "To read and accept them, type terms."
	ways.SendLinks = "Or send links yourself: type link, the room and the person."
	ways.SendAgain = "To send it, add the word again at the end."
	ways.SignIn = func(v wording.HintValues) string {
		if v.User == "" {
			return "Sign in again: type login."
		}
		return "Sign in again: type login " + v.User
	}
	ways.Trust = func(v wording.HintValues) string {
		if v.HTTP || v.Private {
			return "To allow it, type " + strings.TrimPrefix(wording.TrustCommand(v), "mxinvite ")
		}
		return "To allow it, type trust " + v.Host
	}
	return ways
}
