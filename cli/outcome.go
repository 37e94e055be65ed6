package cli

import (
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
)

// outcome says what became of one of the things that a command was to do. It
// is a promise to scripts.
type outcome string

const (
	planned   outcome = "planned"
	mailed    outcome = "mailed"   // the identity server was made to send a mail
	invited   outcome = "invited"  // a Matrix ID was
	repeated  outcome = "repeated" // another delivery is for the same user
	revoked   outcome = "revoked"
	joined    outcome = "joined" // the room that an invite was to
	failed    outcome = "failed"
	uncertain outcome = "uncertain" // no answer came
	queued    outcome = "queued"    // it waits in the outbox
	sending   outcome = "sending"   // a program is at it
	cancelled outcome = "cancelled" // somebody did not want it any more
	notTried  outcome = "not-tried" // after something that would have stopped it as well
)

// An attempt is how far one of the things has come.
type attempt struct {
	outcome outcome
	err     error // why, if it was not done
}

// open reports whether nothing was tried yet.
func (t *attempt) open() bool { return t.outcome == planned }

func (t *attempt) fail(err error) { t.outcome, t.err = failed, err }

// skip leaves it at that.
func (t *attempt) skip() { t.outcome, t.err = notTried, errNotTried }

func outcomeCell(o outcome) out.Cell {
	var sign string
	var l out.Role
	switch o {
	case mailed, invited, revoked, joined:
		sign, l = "✓", out.Good
	case planned, queued, sending:
		sign, l = "·", out.Plain
	case uncertain:
		sign, l = "?", out.Warn
	case notTried, cancelled, repeated:
		sign, l = "·", out.Faint
	default:
		sign, l = "✗", out.Bad
	}
	return out.Cell{Shown: sign + " " + string(o), Exact: string(o), Role: l}
}

// writeOutcomes writes what became of everything. At a terminal a single
// failure needs no table: the sentence that follows says it all.
func writeOutcomes(a *host.Program, all any, t *out.Table, failures []failure) error {
	switch {
	case a.JSON:
		return a.WriteJSON(all)
	case a.OutTTY && len(t.Rows) == len(failures) && len(failures) == 1:
		return nil
	}
	return a.WriteTable(t)
}
