package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A withdrawal is one invite on its way to being revoked.
type withdrawal struct {
	invite.Invite
	attempt

	room    client.Room
	address string // empty if nobody here knows
}

func newWithdrawal(account *client.Account, f out.Finding, room client.Room) *withdrawal {
	w := &withdrawal{Invite: f.Invite, attempt: attempt{outcome: planned}, room: room, address: f.Address}
	if err := account.Revocable(f.Invite); err != nil {
		w.fail(withShortName(err))
	}
	return w
}

// withShortName is an error in which the name of a room is cut.
func withShortName(err error) error {
	if power, ok := errors.AsType[*client.PowerError](err); ok {
		short := *power
		short.Room = out.Cut(power.Room, out.NameWidth)
		return &short
	}
	return err
}

// whom is how people are told which invite it is.
func (w *withdrawal) whom() string { return cmp.Or(w.address, out.NameCell(w.Invite).Shown) }

// find returns the invites that are meant. Before all tokens are known to be right
// nothing is done to any.
func (o revokeOptions) find(account *client.Account) ([]*withdrawal, error) {
	if !o.byToken() {
		return o.findSelected(account)
	}
	room, err := account.FindRoom(o.room)
	if err != nil {
		return nil, err
	}
	facts := account.Facts()
	var found []*withdrawal
	for _, token := range o.tokens {
		i, err := out.FindInvite(account, room, token)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(found, func(w *withdrawal) bool { return w.Token == i.Token }) {
			continue
		}
		w := newWithdrawal(account, out.FindingOf(account, facts, room, i), room)
		if fail.Is[*client.PowerError](w.err) {
			return nil, w.err // it is about every invite of the room
		}
		found = append(found, w)
	}
	return found, nil
}

// findSelected returns the invites that the filters find. What is not out any more
// has to be asked for.
func (o revokeOptions) findSelected(account *client.Account) ([]*withdrawal, error) {
	rooms, err := findRooms(account, o.which.rooms)
	if err != nil {
		return nil, err
	}
	facts := account.Facts()
	var found []*withdrawal
	for _, i := range o.which.invites(account, rooms, o.Now()) {
		f := out.FindingOf(account, facts, rooms[i.RoomID], i)
		if i.Status != invite.Revoked && (i.Live() || len(o.which.statuses) > 0) && o.which.wants(f) {
			found = append(found, newWithdrawal(account, f, rooms[i.RoomID]))
		}
	}
	return found, nil
}

// byRoom puts those of a room together, in the order of the first of each.
func byRoom(withdrawals []*withdrawal) [][]*withdrawal {
	var all [][]*withdrawal
	at := map[id.RoomID]int{}
	for _, w := range withdrawals {
		n, known := at[w.RoomID]
		if !known {
			n = len(all)
			at[w.RoomID] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], w)
	}
	return all
}

// revokeEach revokes one after the other, until all are or it is of no use to go on.
func revokeEach(ctx context.Context, a *host.Program, account *client.Account, withdrawals []*withdrawal) {
	t := a.Tally("Revoking", countOpen(withdrawals))
	defer t.End()
	stopped, done := false, 0
	for _, w := range withdrawals {
		switch {
		case !w.open():
		case stopped:
			w.skip()
		default:
			err := revokeOne(ctx, a, account, w, t)
			w.outcome = revoked
			if err != nil {
				w.fail(err)
				stopped = endsAll(err)
			}
			done++
			t.Reach(done)
		}
	}
}

// unsaid is how long to leave a homeserver alone that does not say how long.
const unsaid = time.Minute

// revokeOne revokes one invite. If the homeserver wants to be left alone for a while
// it is: to ask twice for the same does no harm.
func revokeOne(ctx context.Context, a *host.Program, account *client.Account, w *withdrawal, t *out.Tally) error {
	for {
		err := account.Revoke(ctx, w.RoomID, w.Token)
		limit, limited := errors.AsType[*client.RateLimitError](err)
		if !limited {
			return err
		}
		pause := cmp.Or(limit.RetryAfter, unsaid)
		t.Set("Revoking: the homeserver takes the next one at " + out.Clock(a.Now(), a.Now().Add(pause)) + "…")
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// jsonWithdrawal is what revoke promises to scripts for each invite.
type jsonWithdrawal struct {
	RoomID      string  `json:"room_id"`
	RoomName    string  `json:"room_name"`
	Token       string  `json:"token"`
	DisplayName string  `json:"display_name,omitempty"`
	Address     string  `json:"address,omitempty"`
	Outcome     outcome `json:"outcome"`
	Error       string  `json:"error,omitempty"`
}

// outlook counts those that could not be revoked. To have found that out is no failure.
func (o revokeOptions) outlook(withdrawals []*withdrawal) {
	if open := countOpen(withdrawals); open < len(withdrawals) {
		o.Note("%d would be revoked, %d cannot be.", open, len(withdrawals)-open)
	}
}

// report writes what became of all withdrawals and returns what went wrong.
func (o revokeOptions) report(withdrawals []*withdrawal) error {
	all := make([]jsonWithdrawal, 0, len(withdrawals))
	t := &out.Table{Columns: []out.Column{{Title: "INVITED", Yields: true}, {Title: "OUTCOME"}, {Title: "TOKEN", Yields: true}, {}, {Title: "ROOM", Yields: true}, {}, {}}, Of: "result"}
	var failures []failure
	rooms := len(byRoom(withdrawals))
	for _, w := range withdrawals {
		reason := ""
		if w.err != nil {
			reason = w.err.Error()
			failures = append(failures, failure{out.Cut(w.whom(), out.NameWidth), w.err})
		}
		all = append(all, jsonWithdrawal{string(w.RoomID), w.room.Name, w.Token, w.DisplayName, w.address, w.outcome, reason})
		room := out.Cell{Exact: string(w.RoomID)}
		if rooms > 1 {
			room.Shown = w.room.Label()
		}
		t.Add(
			out.Cell{Shown: w.whom(), Exact: w.DisplayName},
			outcomeCell(w.outcome),
			out.Cell{Shown: out.FirstLetters(w.Token, out.ShortestToken), Exact: w.Token, Call: true},
			out.Cell{Exact: reason},
			room,
			out.Cell{Exact: w.room.Name},
			out.Cell{Exact: string(w.room.Alias)},
		)
	}
	if err := writeOutcomes(o.Program, all, t, failures); err != nil {
		return err
	}
	if o.dryRun {
		o.outlook(withdrawals)
		return nil
	}
	return batch("revoked", len(withdrawals), failures)
}
