package send

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/filter"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A revocation is the revocation of one invite, and its outcome.
type revocation struct {
	invite.Invite
	attempt

	room    client.Room
	address string // empty if unknown
}

func newRevocation(account *client.Account, f out.Finding, room client.Room) *revocation {
	w := &revocation{Invite: f.Invite, attempt: attempt{outcome: out.Planned}, room: room, address: f.Address}
	if err := account.Revocable(f.Invite); err != nil {
		w.fail(withShortName(err))
	}
	return w
}

// withShortName returns err with a shortened room name.
func withShortName(err error) error {
	if power, ok := errors.AsType[*client.PowerError](err); ok {
		short := *power
		short.Room = out.Cut(power.Room, out.NameWidth)
		return &short
	}
	return err
}

// subject returns the text that identifies the invite in messages: its address,
// else its display name.
func (w *revocation) subject() string { return cmp.Or(w.address, out.NameCell(w.Invite).Shown) }

// find returns the invites to revoke. It returns an error if a token is unknown.
func (o revokeOptions) find(account *client.Account) ([]*revocation, error) {
	if !o.byToken() {
		return o.findSelected(account)
	}
	room, err := account.FindRoom(o.room)
	if err != nil {
		return nil, err
	}
	facts := account.Facts()
	var found []*revocation
	for i, err := range eachInvite(account, room, o.tokens) {
		if err != nil {
			return nil, err
		}
		w := newRevocation(account, out.FindingOf(account, facts, room, i), room)
		if fail.Is[*client.PowerError](w.err) {
			return nil, w.err // the same for every invite of the room
		}
		found = append(found, w)
	}
	return found, nil
}

// eachInvite iterates over the invites with the given tokens, each once, until a token
// is not that of one invite of the room.
func eachInvite(account *client.Account, room client.Room, tokens []string) iter.Seq2[invite.Invite, error] {
	return func(yield func(invite.Invite, error) bool) {
		seen := map[string]bool{}
		for _, token := range tokens {
			i, err := out.FindInvite(account, room, token)
			if err == nil && seen[i.Token] {
				continue
			}
			seen[i.Token] = true
			if !yield(i, err) || err != nil {
				return
			}
		}
	}
}

// findSelected returns the invites that match the filters, without the revoked
// ones. Without --status, only invites that can still be accepted match.
func (o revokeOptions) findSelected(account *client.Account) ([]*revocation, error) {
	rooms, err := filter.FindRooms(account, o.which.Rooms)
	if err != nil {
		return nil, err
	}
	facts := account.Facts()
	var found []*revocation
	for _, i := range o.which.Select(account, rooms, o.Now()) {
		f := out.FindingOf(account, facts, rooms[i.RoomID], i)
		if i.Revocation == nil && (i.Live() || len(o.which.Statuses) > 0) && o.which.Match(f) {
			found = append(found, newRevocation(account, f, rooms[i.RoomID]))
		}
	}
	return found, nil
}

// byRoom groups revocations by room, in the order of the first one of each room.
func byRoom(revocations []*revocation) [][]*revocation {
	var all [][]*revocation
	at := map[id.RoomID]int{}
	for _, w := range revocations {
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

// revokeEach revokes the open invites one after the other. After an error that
// stops all of them, it marks the others as not tried.
func revokeEach(ctx context.Context, a *host.Program, account *client.Account, revocations []*revocation) {
	t := a.Tally("Revoking", countOpen(revocations))
	defer t.End()
	stopped, done := false, 0
	for _, w := range revocations {
		switch {
		case !w.open():
		case stopped:
			w.skip()
		default:
			err := revokeOne(ctx, a, account, w, t)
			w.outcome = out.Revoked
			if err != nil {
				w.fail(err)
				stopped = endsAll(err)
			}
			done++
			t.Reach(done)
		}
	}
}

// defaultRetryAfter is the pause if a rate limited homeserver does not say how long to wait.
const defaultRetryAfter = time.Minute

// revokeOne revokes one invite. It waits if the homeserver's rate limit is reached.
// Revoking twice has no further effect.
func revokeOne(ctx context.Context, a *host.Program, account *client.Account, w *revocation, t *out.Tally) error {
	for {
		err := account.Revoke(ctx, w.RoomID, w.Token)
		limit, limited := errors.AsType[*client.RateLimitError](err)
		if !limited {
			return err
		}
		pause := cmp.Or(limit.RetryAfter, defaultRetryAfter)
		t.Set("Revoking: the homeserver accepts the next one " + a.At(a.Now().Add(pause)) + "…")
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// jsonRevocation is the stable JSON output of revoke for one invite.
type jsonRevocation struct {
	RoomID      string      `json:"room_id"`
	RoomName    string      `json:"room_name"`
	Token       string      `json:"token"`
	DisplayName string      `json:"display_name,omitempty"`
	Address     string      `json:"address,omitempty"`
	Outcome     out.Outcome `json:"outcome"`
	Error       string      `json:"error,omitempty"`
}

// outlook writes, for a dry run, how many invites cannot be revoked. This is
// not a failure.
func (o revokeOptions) outlook(revocations []*revocation) {
	if open := countOpen(revocations); open < len(revocations) {
		o.Note("%d would be revoked, %d cannot be.", open, len(revocations)-open)
	}
}

// report writes the outcome of all revocations and returns the failures.
func (o revokeOptions) report(revocations []*revocation) error {
	all := make([]jsonRevocation, 0, len(revocations))
	t := &out.Table{Columns: []out.Column{{Title: "INVITED", Yields: true}, {Title: "OUTCOME"}, {Title: "TOKEN", Yields: true}, {}, {Title: "ROOM", Yields: true}, {}, {}}, Of: "result"}
	var failures []fail.Failure
	rooms := len(byRoom(revocations))
	for _, w := range revocations {
		reason := ""
		if w.err != nil {
			reason = w.err.Error()
			failures = append(failures, fail.Failure{Subject: out.Cut(w.subject(), out.NameWidth), Err: w.err})
		}
		all = append(all, jsonRevocation{string(w.RoomID), w.room.Name, w.Token, w.DisplayName, w.address, w.outcome, reason})
		room := out.Cell{Exact: string(w.RoomID)}
		if rooms > 1 {
			room.Shown = w.room.Label()
		}
		t.Add(
			out.Cell{Shown: w.subject(), Exact: w.DisplayName},
			out.OutcomeCell(w.outcome),
			out.Cell{Shown: out.FirstLetters(w.Token, out.ShortestToken), Exact: w.Token, Call: true},
			out.Cell{Exact: reason},
			room,
			out.Cell{Exact: w.room.Name},
			out.Cell{Exact: string(w.room.Alias)},
		)
	}
	if err := o.WriteOutcomes(all, t, failures); err != nil {
		return err
	}
	if o.dryRun {
		o.outlook(revocations)
		return nil
	}
	return fail.Batch("revoked", len(revocations), failures)
}

// endsAll reports whether err stops the remaining revocations too: it does not
// concern a single invite, or a server cannot be reached.
func endsAll(err error) bool {
	return exit.Code(err) != exit.Error || fail.Interrupted(err) ||
		fail.Is[*client.UncertainError](err) || fail.Is[*client.UnreachableError](err) || fail.Is[*identity.UnreachableError](err)
}
