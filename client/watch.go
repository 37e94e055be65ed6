package client

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/session"
)

const (
	firstBackoff = time.Second
	maxBackoff   = time.Minute
	// lockedBackoff is how long an account that is locked is left alone at most.
	lockedBackoff = 15 * time.Minute
)

// Refresh brings the account up to date once: what the homeserver knows now,
// with the past of every invite that looks pending.
func (a *Account) Refresh(ctx context.Context) error {
	if _, err := a.sync(ctx, 0); err != nil {
		return err
	}
	return a.traceAll(ctx, a.rooms.Untraced())
}

// A Change is what a [Watcher] brings.
type Change struct {
	Rooms []id.RoomID // in which something is new

	// Err is why nothing came this time. The next call of Next waits RetryIn
	// before it tries again; it is not worth calling if Final is set.
	Err     error
	RetryIn time.Duration
	Final   bool
}

// A Watcher follows an account. There should be one for each account.
type Watcher struct {
	account  *Account
	looked   bool // asked the homeserver once
	failures int
	retryIn  time.Duration
	jitter   *rand.Rand
}

// Watch returns a Watcher. Nothing happens before its Next is called.
func (a *Account) Watch() *Watcher {
	// Many copies that lost the same homeserver should not all come back at
	// once; each goes by its own device.
	h := fnv.New64a()
	h.Write([]byte(a.session.DeviceID))
	return &Watcher{account: a, jitter: rand.New(rand.NewPCG(h.Sum64(), 0))}
}

// Next returns when something is new, or something failed.
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

// step does the next thing: look, find out about the past, or wait for news.
func (w *Watcher) step(ctx context.Context) ([]id.RoomID, error) {
	a := w.account
	if !w.looked {
		// What is known may be from another day. Nobody waits for news before
		// they have seen today's.
		rooms, err := a.sync(ctx, 0)
		w.looked = err == nil
		return rooms, err
	}
	for {
		if rooms := a.rooms.Untraced(); len(rooms) > 0 {
			return rooms, a.traceAll(ctx, rooms)
		}
		wait := pollTimeout
		if w.failures > 0 {
			wait = 0 // whoever was offline wants to know at once that it is over
		}
		rooms, err := a.sync(ctx, wait)
		if err != nil || len(rooms) > 0 || w.failures > 0 {
			return rooms, err
		}
	}
}

// backoff is how long to wait after a failure: what the server asks for, or
// twice as long each time.
func (w *Watcher) backoff(err error) time.Duration {
	var limit *RateLimitError
	if errors.As(err, &limit) && limit.RetryAfter > 0 {
		return limit.RetryAfter
	}
	d := growing(w.failures-1, longestBackoff(err))
	return d + time.Duration(w.jitter.Int64N(int64(d)/4))
}

// growing is how long to wait after so many failures before this one.
func growing(failures int, longest time.Duration) time.Duration {
	return min(firstBackoff<<min(failures, 30), longest)
}

// longestBackoff is how long to wait at most after a failure.
func longestBackoff(err error) time.Duration {
	if is[*AccountLockedError](err) {
		return lockedBackoff
	}
	return maxBackoff
}
