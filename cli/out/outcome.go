package out

import (
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
)

// An Outcome is the result of a command for one invite. Scripts rely on the words.
type Outcome string

// The outcomes.
const (
	Planned   Outcome = "planned"
	Mailed    Outcome = "mailed"   // the identity server was asked to send a mail
	Linked    Outcome = "linked"   // the invite is in the room, and the sender passes on its link
	Invited   Outcome = "invited"  // a Matrix ID was invited
	Repeated  Outcome = "repeated" // another invite of the same command is for this user
	Revoked   Outcome = "revoked"
	Joined    Outcome = "joined" // the user joined the room of the invite
	Failed    Outcome = "failed"
	uncertain Outcome = "uncertain" // the server did not respond
	Queued    Outcome = "queued"    // in the outbox
	sending   Outcome = "sending"   // a program is sending it
	cancelled Outcome = "cancelled" // a user cancelled it in the outbox
	LeftOut   Outcome = "left-out"  // part of a list that is not an invitee
	NotTried  Outcome = "not-tried" // because an error before would have stopped it as well
)

// OutcomeCell returns the cell of an outcome, with a glyph and a role.
func OutcomeCell(o Outcome) Cell {
	var sign string
	var l Role
	switch o {
	case Mailed, Linked, Invited, Revoked, Joined:
		sign, l = "✓", Good
	case Planned, Queued, sending:
		sign, l = "·", Plain
	case uncertain:
		sign, l = "?", Warn
	case NotTried, cancelled, Repeated:
		sign, l = "·", Faint
	default:
		sign, l = "✗", Bad
	}
	return Cell{Shown: sign + " " + string(o), Exact: string(o), Role: l}
}

// WriteOutcomes writes all as JSON, or the table. On a terminal it writes no table
// for a single failure, because the error message says the same.
func (p *Printer) WriteOutcomes(all any, t *Table, failures []fail.Failure) error {
	switch {
	case p.JSON:
		return p.WriteJSON(all)
	case p.OutTTY && len(t.Rows) == len(failures) && len(failures) == 1:
		return nil
	}
	return p.WriteTable(t)
}

// MaxNamed is the number of invites of a group that a message names.
const MaxNamed = 20

// ItemRoom returns the label of an item's room, or its ID if the account is not in
// the room.
func ItemRoom(room client.Room, i client.Item) string {
	if room.ID == "" {
		return string(i.Room)
	}
	return room.Label()
}
