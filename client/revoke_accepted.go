package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/client/store"
)

const (
	// noteRevoked is the name under which the events of the invites that were revoked
	// last are stored.
	noteRevoked = "revoked"
	maxRevoked  = 100
)

// acceptedRevoker is the state of [Account.RevokeAccepted].
type acceptedRevoker struct {
	mu      sync.Mutex
	running bool
	again   bool // it was called while it ran

	delaysLinks bool       // a revocation waits for the rate limit of links
	uncounted   []interval // revocations that the runner has not counted

	// Only the call that runs uses these.
	revoked map[id.EventID]bool // the room may not show the revocations yet
	refused map[id.RoomID]powerLevels
	book    int64  // version of the store when the address book was read
	lastErr string // the last error that was returned
}

// An interval is the time that a request took.
type interval struct{ began, ended time.Time }

// powerLevels are those of a room when a revocation was refused.
type powerLevels struct{ have, need int }

func newAcceptedRevoker() *acceptedRevoker {
	return &acceptedRevoker{revoked: map[id.EventID]bool{}, refused: map[id.RoomID]powerLevels{}}
}

// RevokeAccepted revokes the invites that the account issued itself and that were
// accepted, so that a link can be used once. It does nothing if
// [Options.RevokeAccepted] is not set. Call it in the background after each sync: it
// waits for rate limits and for a homeserver that cannot be reached. If another call
// runs, in this program or in another one with the same store, it returns at once, and
// the other call revokes the invites. An error is returned once: a refused revocation is
// only tried again after the power levels have changed.
func (a *Account) RevokeAccepted(ctx context.Context) error {
	r := a.accepted
	if !a.opt.RevokeAccepted || a.opt.Store == nil || !r.begin() {
		return nil
	}
	var failures []error
	for again := true; again; again = r.end() {
		err := a.revokeAccepted(ctx)
		if err != nil && ctx.Err() == nil && err.Error() != r.lastErr {
			r.lastErr = err.Error()
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// begin reports whether no other call runs.
func (r *acceptedRevoker) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.again = r.running
	r.running = true
	return !r.again
}

// end reports whether there was another call while this one ran.
func (r *acceptedRevoker) end() (again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	again, r.again = r.again, false
	r.running = again
	return again
}

func (a *Account) revokeAccepted(ctx context.Context) error {
	accepted, err := a.acceptedLinks(ctx)
	if err != nil || len(accepted) == 0 {
		return err
	}
	release, held, err := a.opt.Store.Hold(ctx, a.storeKey(), store.RevokeAccepted)
	if err != nil || !held {
		return err
	}
	defer release()
	revoked, err := a.revokedEvents(ctx)
	if err != nil {
		return err
	}
	var refusals []error
	for _, i := range accepted {
		room, err := a.Room(i.RoomID)
		levels := powerLevels{room.Power, room.InvitePower}
		if before, refused := a.accepted.refused[i.RoomID]; err != nil || refused && before == levels {
			continue // also if the account has left the room
		}
		if !slices.Contains(revoked, i.EventID) { // by another program
			err := a.revokePatiently(ctx, i)
			if err != nil && ctx.Err() != nil || session.HasEnded(err) {
				return nil // the sync reports the end of a session
			}
			if err != nil {
				a.accepted.refused[i.RoomID] = levels
				refusals = append(refusals, fmt.Errorf("a link to %s was used by %s and still works: %w", room.Name, i.Acceptance.UserID, err))
				continue
			}
			revoked = append(revoked, i.EventID)
			if err := a.saveRevokedEvents(ctx, revoked); err != nil {
				return err
			}
		}
		a.accepted.revoked[i.EventID] = true
	}
	return errors.Join(refusals...)
}

// acceptedLinks returns the invites that the account issued itself, that were accepted
// and that are not revoked. A link for several people is left out.
func (a *Account) acceptedLinks(ctx context.Context) ([]invite.Invite, error) {
	var accepted []invite.Invite
	for _, i := range a.Newest() {
		if i.Revocation == nil && i.Acceptance != nil && i.Acceptance.Proof == invite.ProofVerified &&
			i.Sender == a.session.UserID && i.OriginalSender == "" && !a.accepted.revoked[i.EventID] {
			accepted = append(accepted, *i)
		}
	}
	issuedElsewhere := func(i invite.Invite) bool { return !a.IssuedByOwnKey(i.RoomID, i.Token) }
	if slices.ContainsFunc(accepted, issuedElsewhere) {
		// Another program may have issued them since the address book was read.
		version, err := a.opt.Store.Version(ctx)
		if err == nil && version != a.accepted.book {
			err = a.restoreBook(ctx)
		}
		if err != nil {
			return nil, err
		}
		a.accepted.book = version
	}
	return slices.DeleteFunc(accepted, func(i invite.Invite) bool {
		return issuedElsewhere(i) || a.LinkLimits(i.RoomID, i.Token).Uses > 1
	}), nil
}

// revokePatiently revokes an invite. It tries again until the homeserver accepts or
// refuses the request, which may be repeated without harm.
func (a *Account) revokePatiently(ctx context.Context, i invite.Invite) error {
	defer a.delayLinks(false)
	for failures := 0; ; failures++ {
		began := a.opt.Now()
		err := a.Revoke(ctx, i.RoomID, i.Token)
		switch {
		case err == nil:
			a.countRevocation(interval{began, a.opt.Now()})
			return nil
		case errors.Is(err, ErrAlreadyRevoked), errors.Is(err, ErrNoInvite):
			return nil
		case is[*PowerError](err), session.HasEnded(err), !notSent(err) && fateOf(err) != unclear:
			return err
		}
		a.delayLinks(is[*RateLimitError](err))
		wait := max(sleep.Growing(failures, longestBackoff(err)), min(askedToWait(err), ratelimit.MaxStall))
		if !sleep.For(ctx, wait+time.Millisecond) { // Synapse rounds down to milliseconds
			return ctx.Err()
		}
	}
}

// delayLinks makes the runner of this program send no new links, or send them again. New
// links have the same rate limit as revocations, and would always be sent first.
func (a *Account) delayLinks(delay bool) {
	r := a.accepted
	r.mu.Lock()
	ends := r.delaysLinks && !delay
	r.delaysLinks = delay
	r.mu.Unlock()
	if ends {
		a.wakeRunner()
	}
}

// countRevocation records a request for the runner of this program.
func (a *Account) countRevocation(request interval) {
	if !a.sends.Load() {
		return
	}
	r := a.accepted
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uncounted = append(r.uncounted, request)
}

// forRunner returns the revocations that the runner has not counted yet, and whether
// another one has to be sent before new links.
func (r *acceptedRevoker) forRunner() (uncounted []interval, delaysLinks bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	uncounted, r.uncounted = r.uncounted, nil
	return uncounted, r.delaysLinks
}

// revokedEvents returns the events of the invites that the programs on this machine have
// revoked last.
func (a *Account) revokedEvents(ctx context.Context) (events []id.EventID, err error) {
	value, err := a.opt.Store.Note(ctx, a.storeKey(), noteRevoked)
	if err == nil && value != nil {
		err = json.Unmarshal(value, &events)
	}
	return events, err
}

func (a *Account) saveRevokedEvents(ctx context.Context, events []id.EventID) error {
	value, err := json.Marshal(events[max(0, len(events)-maxRevoked):])
	if err != nil {
		return err
	}
	return a.opt.Store.SetNote(context.WithoutCancel(ctx), a.storeKey(), noteRevoked, value)
}
