package client

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/polling"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

const (
	maxBackoff = time.Minute
	// lockedBackoff is the longest wait while the account is locked.
	lockedBackoff = 15 * time.Minute
)

// Refresh syncs once and traces the rooms with invites that look pending.
func (a *Account) Refresh(ctx context.Context) error {
	if _, err := a.sync(ctx, 0); err != nil {
		return err
	}
	return a.traceAll(ctx, a.rooms.Untraced())
}

// A Change is a result of [Watcher.Next].
type Change struct {
	Rooms []id.RoomID // the rooms that have changed

	// Err is why no change can be returned. The next call of Next waits RetryIn before
	// it tries again. If Final is set, trying again does not help.
	Err     error
	RetryIn time.Duration
	Final   bool
}

// A Watcher waits for changes of the rooms of an account. Use one Watcher for each
// account.
type Watcher struct {
	// EachWindow makes Next also return while the first sync runs, whenever it has read a
	// window of rooms. Set it before the first call of Next. The context of that call must
	// not end before the first sync has.
	EachWindow bool

	account  *Account
	first    *background
	synced   bool // the first sync has succeeded
	failures int
	retryIn  time.Duration
	jitter   *rand.Rand
	pace     polling.Pace
}

// Watch returns a Watcher. No request is sent before Next is called.
func (a *Account) Watch() *Watcher {
	// Programs that lost the same homeserver should not all reconnect at once, so the
	// wait depends on the device.
	h := fnv.New64a()
	h.Write([]byte(a.session.DeviceID))
	return &Watcher{account: a, jitter: rand.New(rand.NewPCG(h.Sum64(), 0))}
}

// Next returns when rooms have changed, or when a request fails.
func (w *Watcher) Next(ctx context.Context) Change {
	if !sleep.For(ctx, w.retryIn) {
		return Change{Err: ctx.Err(), Final: true}
	}
	rooms, err := w.step(ctx)
	if err == nil {
		w.failures, w.retryIn = 0, 0
		return Change{Rooms: rooms}
	}
	w.failures++
	w.retryIn = w.backoff(err)
	return Change{Err: err, RetryIn: w.retryIn, Final: ctx.Err() != nil || session.HasEnded(err)}
}

// step does the next step of work: the first sync, a trace, or a long poll.
func (w *Watcher) step(ctx context.Context) ([]id.RoomID, error) {
	a := w.account
	if !w.synced {
		return w.syncFirst(ctx)
	}
	for {
		if rooms := a.rooms.Untraced(); len(rooms) > 0 {
			return rooms, a.traceAll(ctx, rooms)
		}
		wait := pollTimeout
		if w.failures > 0 {
			wait = 0 // so that it is known at once that the homeserver can be reached again
		}
		rooms, err := w.poll(ctx, wait)
		if err != nil || len(rooms) > 0 || w.failures > 0 {
			return rooms, err
		}
	}
}

// A background is a first sync that runs between two calls of Next.
type background struct {
	group panicgroup.Group
	ended chan struct{}
	rooms []id.RoomID
}

// syncFirst syncs for the first time. The stored state may be old, so this is not a long
// poll.
func (w *Watcher) syncFirst(ctx context.Context) ([]id.RoomID, error) {
	a := w.account
	if w.first == nil {
		select {
		case <-a.moreRead: // in an attempt before
		default:
		}
		first := &background{ended: make(chan struct{})}
		first.group.Go(func() (err error) {
			defer close(first.ended)
			first.rooms, err = a.sync(ctx, 0)
			return err
		})
		w.first = first
	}
	var window chan struct{} // never receives if it is nil
	if w.EachWindow {
		window = a.moreRead
	}
	select {
	case <-window:
		return a.rooms.IDs(), nil
	case <-w.first.ended:
		first := w.first
		w.first = nil
		err := first.group.Wait()
		w.synced = err == nil
		return first.rooms, err
	}
}

// poll sends a long poll, after a pause if the homeserver did not hold the ones before.
func (w *Watcher) poll(ctx context.Context, wait time.Duration) ([]id.RoomID, error) {
	if err := w.pace.Wait(ctx); err != nil {
		return nil, err
	}
	a := w.account
	since, begun, gaveWay := a.rooms.Since(), a.opt.Now(), a.poll.Interruptions()
	rooms, err := a.sync(ctx, wait)
	switch {
	case err != nil:
		w.pace = polling.Pace{}
	case a.poll.Interruptions() == gaveWay:
		w.pace.Note(a.opt.Now().Sub(begun), len(rooms) > 0 && a.rooms.Since() != since)
	}
	return rooms, err
}

// backoff returns how long to wait after a failure: the wait that the server requests,
// or a wait that doubles with each failure.
func (w *Watcher) backoff(err error) time.Duration {
	var limit *RateLimitError
	if errors.As(err, &limit) && limit.RetryAfter > 0 {
		return min(limit.RetryAfter, ratelimit.MaxStall) // a proxy may ask for days
	}
	d := sleep.Growing(w.failures-1, longestBackoff(err))
	return d + time.Duration(w.jitter.Int64N(int64(d)/4))
}

// longestBackoff returns the longest wait after a failure.
func longestBackoff(err error) time.Duration {
	if is[*AccountLockedError](err) {
		return lockedBackoff
	}
	return maxBackoff
}
