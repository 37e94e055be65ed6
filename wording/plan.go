package wording

import (
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// NoIdentityServer says what happens to people without a known Matrix ID if the account
// has no identity server.
const NoIdentityServer = "No identity server: people get a link that you pass on."

// LinkIsSecret says who can use a link.
const LinkIsSecret = "A link is a secret: any user who has it can accept the invite."

// Way returns how an invite reaches a person who is not known to be a Matrix user. server
// is the identity server, or empty if it is not known.
func Way(way, server string) string {
	switch {
	case way == "link":
		return "by a link that you pass on"
	case way == "mail":
		return "by e-mail from your own address"
	case server == "":
		return "by e-mail through an identity server"
	}
	return "by e-mail through " + server
}

// PlanGroup returns the term for a group of a preview: all people with the same
// [client.PlanOutcome]. If again is true, people whose invite may be pending
// are sent another one. way is how the invites are sent, empty for several ways, and
// server is the identity server that sends the e-mails. The caller adds how the user can
// change this.
//
// [client.PlanOutcome]: https://pkg.go.dev/github.com/mxinvite/mxinvite/client#PlanOutcome
func PlanGroup(outcome string, again bool, way, server string) Term {
	t := Term{Word: outcome, Glyph: "·", Role: Faint}
	switch outcome {
	case "mail":
		t.Glyph, t.Role, t.Text = "✓", Good, "new: will be e-mailed by "+server
	case "link":
		t.Glyph, t.Role, t.Text = "✓", Good, "new: you get a link to pass on"
	case "mail-link":
		t.Glyph, t.Role, t.Text = "✓", Good, "new: mxinvite will e-mail a link"
	case "user-id":
		t.Glyph, t.Role, t.Text = "✓", Good, "will be invited on Matrix"
	case "on-matrix":
		t.Glyph, t.Role, t.Text = "✓", Good, "already on Matrix: will be invited there"
	case "pending":
		t.Glyph, t.Role, t.Text = "!", Warn, "invite pending: not sent"
		switch {
		case again && way == "link":
			t.Text = "invite pending: you get another link to pass on"
		case again && way == "mail":
			t.Text = "invite pending: mxinvite will e-mail another link"
		case again && way == "identity-server":
			t.Text = "invite pending: will be e-mailed again"
		case again:
			t.Text = "invite pending: will be sent again"
		}
	case "queued":
		t.Text = "already in the outbox"
	case "joined":
		t.Text = "already in the room"
	case "invited":
		t.Text = "already invited to the room"
	case "banned":
		t.Glyph, t.Role, t.Text = "✗", Bad, "banned from the room"
	case "no-power":
		t.Glyph, t.Role, t.Text = "!", Warn, "not sent: you may not invite to this room"
	case "unsupported":
		t.Glyph, t.Role, t.Text = "✗", Bad, "not sent: no user could accept the link"
	case "room-replaced":
		t.Glyph, t.Role, t.Text = "!", Warn, "not sent: the room was replaced"
	case "same-user":
		t.Text = "same user as another entry, invited once"
	case "not-understood":
		t.Glyph, t.Role, t.Text = "✗", Bad, "not understood"
	case "repeated":
		t.Text = "listed more than once, invited once"
	case "left-out":
		t.Text = "left out"
	}
	return t
}

// LinkRestriction returns a sentence that says which users cannot accept a link, for a
// [client.LinkRestrictionKind] that is not "unsupported". server is the sender's
// homeserver.
//
// [client.LinkRestrictionKind]: https://pkg.go.dev/github.com/mxinvite/mxinvite/client#LinkRestrictionKind
func LinkRestriction(kind, server string) string {
	switch kind {
	case "local-room":
		return "Only users of " + server + " can accept the links: the room is not federated."
	case "dendrite":
		return "Only users of " + server + " can accept the links: it runs Dendrite."
	case "version-12":
		return "Users of a Dendrite homeserver cannot accept the links: the room has version 12."
	}
	return ""
}

// A PlanLine describes one person, or one room, in the preview of a list.
type PlanLine struct {
	Who     string          // an address, a Matrix ID, a room's name, or text of the list that is not understood
	Name    string          // the person's name, if the sender gave one
	UserID  id.UserID       // the person's Matrix ID, if known
	SameAs  string          // the other person in the list who is the same user
	Room    string          // the room's name; empty if this is a line of the list
	Similar []invite.Invite // pending invites that may be to the same person
	Line    int             // line number, if the line has an error or repeats a person
	First   int             // number of the line that has the person first
	Err     error           // why nothing is sent
	LeftOut string          // why a part of the list is left out
}

// Note returns what the preview shows about a person in addition to the group.
// It is empty if there is nothing to add. ago returns when an invite was sent,
// as text.
func (l PlanLine) Note(ago func(invite.Invite) string) string {
	switch {
	case l.Err != nil && l.Line > 0:
		return fmt.Sprintf("line %d: %v", l.Line, l.Err)
	case l.LeftOut != "":
		return fmt.Sprintf("line %d, %s", l.Line, l.LeftOut)
	case l.Line > 0:
		return fmt.Sprintf("line %d, first in line %d", l.Line, l.First)
	case l.Err != nil:
		return l.Err.Error()
	case l.SameAs == string(l.UserID) && l.SameAs != "":
		return "listed as " + l.SameAs
	case l.SameAs != "":
		return fmt.Sprintf("%s, listed as %s", l.UserID, l.SameAs)
	case len(l.Similar) > 0:
		i := l.Similar[0]
		return fmt.Sprintf("%s, sent %s by %s", i.DisplayName, ago(i), i.Sender)
	case l.UserID != "" && l.Who != string(l.UserID):
		return string(l.UserID)
	}
	return l.Name
}
