package wording

import (
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// PlanGroup is the term for a group of a preview: all people with the same
// [client.PlanOutcome]. With again, people whose invite may be pending are sent
// another one. Server is the identity server, for those who are sent an e-mail.
// Each face adds how that can be changed.
//
// [client.PlanOutcome]: https://pkg.go.dev/github.com/mxinvite/mxinvite/client#PlanOutcome
func PlanGroup(outcome string, again bool, server string) Term {
	t := Term{Word: outcome, Glyph: "·", Role: Faint}
	switch outcome {
	case "mail":
		t.Glyph, t.Role, t.Text = "✓", Good, "new: will be e-mailed by "+server
	case "user-id":
		t.Glyph, t.Role, t.Text = "✓", Good, "will be invited on Matrix"
	case "on-matrix":
		t.Glyph, t.Role, t.Text = "✓", Good, "already on Matrix: will be invited there"
	case "pending":
		t.Glyph, t.Role, t.Text = "!", Warn, "invite pending: not sent"
		if again {
			t.Text = "invite pending: will be e-mailed again"
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
	case "same-user":
		t.Text = "same user as another entry, invited once"
	case "not-understood":
		t.Glyph, t.Role, t.Text = "✗", Bad, "not understood"
	case "repeated":
		t.Text = "listed more than once, invited once"
	}
	return t
}

// A PlanLine is what a preview tells about one person, or one room.
type PlanLine struct {
	Who     string          // an address, a Matrix ID, a room's name or a piece of the list
	Name    string          // of the person, if the inviter gave it
	UserID  id.UserID       // of the person, if they are on Matrix
	SameAs  string          // the other person in the list who is the same user
	Room    string          // its name; empty for a line of the list
	Similar []invite.Invite // pending invites that may be to the same person
	Line    int             // of the list, with an error or where the person is named before
	First   int             // line in which the person is named first
	Err     error           // why nothing is sent
}

// Note says what there is to say about a person, beside the group; empty for
// nothing. Ago says when an invite was sent.
func (l PlanLine) Note(ago func(invite.Invite) string) string {
	switch {
	case l.Err != nil && l.Line > 0:
		return fmt.Sprintf("line %d: %v", l.Line, l.Err)
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
