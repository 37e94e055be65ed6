package wording

import (
	"fmt"
	"strings"
	"time"
)

// HintValues are the values in the text of a hint. They come from the hint of package
// client.
type HintValues struct {
	User       string
	Homeserver string
	Room       string
	Level      int
	Wait       time.Duration
	Host       string
	HTTP       bool
	Private    bool
	Where      string
}

// HintPhrases are the sentences of hints that differ between the screen, the
// commands and the accessible mode, because they name a key, a command or an
// answer to type. Each ends with a full stop.
type HintPhrases struct {
	ListRooms      string
	ListInvites    string
	ShowOutbox     string
	AcceptTerms    string
	IdentityServer string // continues "Set an identity server in …, or"
	SendLinks      string // how to invite without an identity server; empty if it is not possible
	NameRoom       string
	NameInviter    string // continues "If you know the sender,"
	WithoutBind    string
	SendAgain      string
	SendToReplaced string
	SignIn         func(HintValues) string
	Trust          func(HintValues) string
}

// Hint returns the text of a hint with the sentences of ways. It is empty for
// an unknown kind.
func Hint(kind string, v HintValues, ways HintPhrases) string {
	text := hints[kind]
	switch kind {
	case "other-user":
		text = fmt.Sprintf(text, v.User)
	case "end-session":
		text = fmt.Sprintf(text, v.Where)
	case "wait":
		text = fmt.Sprintf(text, v.Wait.Round(time.Second))
	case "loopback":
		text = fmt.Sprintf(text, v.Host)
	case "power":
		text = fmt.Sprintf(text, v.Room, v.Level)
	case "sign-in":
		return strings.ReplaceAll(text, "{signin}", ways.SignIn(v))
	case "trust":
		return strings.ReplaceAll(text, "{trust}", ways.Trust(v))
	default:
		text = strings.NewReplacer(
			"{rooms}", ways.ListRooms, "{invites}", ways.ListInvites, "{outbox}", ways.ShowOutbox, "{terms}", ways.AcceptTerms,
			"{server}", ways.IdentityServer, "{links}", ways.SendLinks, "{room}", ways.NameRoom, "{inviter}", ways.NameInviter,
			"{unbound}", ways.WithoutBind, "{again}", ways.SendAgain, "{replaced}", ways.SendToReplaced,
		).Replace(text)
	}
	return strings.TrimSpace(text)
}

// hints are the texts by kind. What is in braces is one of the [HintWays].
var hints = map[string]string{
	"lift-ban":              "An administrator of the room has to lift the ban first.",
	"nothing-lost":          "Nothing was lost. Try again later.",
	"join-parent":           "Join the room or space that it belongs to first, or ask for an invite to your Matrix ID.",
	"ask-for-server":        "Ask the sender for a link that names a server, or for an invite to your Matrix ID.",
	"ask-for-invite":        "Ask the sender for a new invite, if possible to your Matrix ID.",
	"forgotten":             "Identity servers delete an invite when its address is confirmed. If you confirmed it, look for the invite in the account that you used. If the mail names the sender, {inviter} Then nothing has to be confirmed.",
	"confirm":               "Look at the invite again, and confirm it.",
	"signer-unreachable":    "Try again later. If the mail names the sender, {inviter} Then no server has to be asked.",
	"check-sender":          "Nothing was sent to the room. The link may be forged: ask the sender.",
	"ask-sender":            "Try again later, or ask the sender to invite your Matrix ID.",
	"check-rooms":           "Check in a minute whether you are in the room, before you try again. {rooms}",
	"nothing":               "There is nothing to do.",
	"name-room":             "The sender can find the room ID in the settings of the room. {room}",
	"name-inviter":          "If you know the sender, {inviter}",
	"without-bind":          "{unbound}",
	"other-identity-server": "{unbound} Or choose that identity server in the settings of your Matrix client.",
	"copy-code":             "Copy the code, or the whole link, from the newest mail.",
	"copy-link":             "Copy the link from the mail.",
	"copy-whole-link":       "Copy the whole link: mail programs break it over several lines.",
	"long-link":             "The link in the mail of an invite is long and contains signurl=.",
	"other-program":         "Your account is in use by another process of this program. Wait for it, or end it.",
	"password":              "Check the user name, and type the password again. It is case-sensitive.",
	"token":                 "Copy the whole token again. Its session may also have been signed out.",
	"login-token":           "Begin again: a token of single sign-on works once, and for about two minutes.",
	"other-way":             "Choose another way to sign in, or look the homeserver up again: it may have changed.",
	"approve":               "Begin again and approve it, unless you meant to deny it.",
	"new-code":              "Begin again with a new code. If the server's page refused it, for example because you have too many sessions, end one of them first.",
	"copy-address":          "Copy the whole address from the browser after you have signed in there. The page itself may show an error.",
	"new-address":           "Begin again, and use the new address that is shown.",
	"mix-up":                "Do not continue: another server is between you and your homeserver. Tell the administrators of your homeserver.",
	"no-password":           "Sign in to an account on a homeserver that accepts passwords.",
	"server-name":           "Type your Matrix ID, such as @you:example.org, or the name of your homeserver.",
	"not-joined":            "Join the room in your Matrix client first. {rooms}",
	"set-identity-server":   "Set an identity server in the settings of your Matrix client, or {server} {links}",
	"identity-server-off":   "To invite by e-mail, choose an identity server in the settings of your Matrix client. {links}",
	"list-invites":          "{invites}",
	"store":                 "Make sure that the directory with your data is writable: the message at the start says why it is not.",
	"outbox":                "{outbox}",
	"address":               "Type an address such as grace@navy.example, or a Matrix ID such as @grace:navy.example.",
	"phone":                 "Matrix can invite a phone number (medium msisdn), but only through an identity server that sends SMS. Few identity servers do.",
	"other-user":            "Sign in as %s. If the browser is signed in as another user, use a private window.",
	"disk":                  "Before you close mxinvite, check that the disk is not full and that the folder belongs to you.",
	"sign-in-later":         "Try again in some minutes. If it still fails, sign in again.",
	"way-refused":           "The homeserver does not accept programs like this one. Choose another way to sign in.",
	"grant":                 "Begin again: an approval works once, and for a short time.",
	"try-again":             "Try again in some minutes.",
	"sign-in-refused":       "Choose another way to sign in. If that fails too, tell the administrators of the homeserver.",
	"spelling":              "Check the spelling, or give the homeserver's URL, such as https://matrix.example.org.",
	"loopback":              "If the homeserver on this machine uses no TLS, type: http://%s",
	"sign-in":               "Nothing else is lost. {signin}",
	"end-session":           "The local copy of the session was deleted. %s",
	"account-locked":        "You stay signed in here. Ask the administrators of your homeserver.",
	"wait":                  "Try again in %s.",
	"power":                 "Ask an administrator of %s to raise your power level to %d.",
	"pending":               "If the pending invite is to another person or is lost, send one again. {again}",
	"room-replaced":         "Invite to the new room instead. {replaced}",
	"invite-user-id":        "Invite people by their Matrix IDs instead.",
	"join-successor":        "Join the new room in your Matrix client first, and ask for the right to invite there.",
	"terms":                 "{terms}",
	"uncertain":             "If it was sent, the room shows it within minutes. Send it again only if the person has no mail.",
	"connection":            "Check your connection, and that the homeserver is up.",
	"forbidden":             "Your permissions in the room may have changed. {rooms}",
	"identity-later":        "Try again later, or choose another identity server in the settings of your Matrix client.",
	"identity-refused":      "Try again later. If it still fails, tell the administrators of the identity server.",
	"identity-busy":         "Perhaps the homeserver cannot reach the identity server, or has sent it too many requests. Try again in some minutes.",
	"trust":                 "{trust}",
	"blocked":               "No invite is lost: they stay in the outbox. Ask the administrators of the server, or cancel the invites.",
	"mail-settings":         "Check the mail settings, and the password of the mail server. Invites in the outbox stay there.",
	"mail-failed":           "The invite is in the room. Mail it again, or pass on its link yourself.",
	"mail-deferred":         "The invite is in the room. The mail is tried again automatically.",
	"mail-uncertain":        "Ask the person. If there is no mail, mail it again: its link stays the same.",
	"openid":                "Invites by e-mail need this token. Ask the administrators of your homeserver, or invite people by their Matrix IDs.",
	"tried-again":           "No invite is lost: it is tried again automatically.",
	"unclear":               "Look at these invites before you continue. No other invite is lost: they stay in the outbox.",
}

// TrustCommand returns the command that allows key checks at a host.
func TrustCommand(v HintValues) string {
	command := "mxinvite trust"
	if v.HTTP {
		command += " --http"
	}
	if v.Private {
		command += " --private"
	}
	return command + " " + v.Host
}
