package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/store"
)

const (
	// glance is how often a runner looks what other programs do to the outbox.
	// Waiting in such slices also notices that a laptop has slept.
	glance = 2 * time.Second
	// glimpse is longer than it takes to see whether somebody sends.
	glimpse = 50 * time.Millisecond
	// fresh is how old what is known of the rooms may be when an invite goes out.
	fresh = time.Minute

	noteSender = "sender"
)

// A Runner sends what is in the outbox of an account, one after the other and
// each when its time has come. Of all programs with the same store one sends at
// a time; the others wait to take over.
type Runner struct {
	a    *Account
	name string

	release func() // not nil while this runner is the one that sends
	others  string // the program that is, as far as it was told
	entries []envelope
	limits  *ratelimit.Limits
	version int64
	paused  bool
	read    bool     // entries, paces and whether it is paused are as they are on the disk
	unsaved *outcome // what came of the last one, if it could not be written
	learned bool     // paces are ahead of those on the disk
	blind   bool     // something may be in a room that no sync has shown

	failures int           // in a row
	failedAt time.Time     // the last of them
	wait     time.Duration // from then on
	asked    bool          // to wait that long, by a server
}

// A Turn is what a [Runner] brings.
type Turn struct {
	// Item is what became of an invite; Number 0 if the turn is of none.
	Item Item
	// Err says why nothing can be sent now. Sending is tried again in RetryIn;
	// it is not worth waiting for if Final is set.
	Err     error
	RetryIn time.Duration
	Final   bool
	// Elsewhere is the program that sends instead of this one.
	Elsewhere string
}

// Runner returns a Runner; name is what other programs call it, such as "the
// screen (process 4711)". Nothing happens before its Next is called.
func (a *Account) Runner(name string) *Runner { return &Runner{a: a, name: name} }

// Next returns when something came of an invite, or sending cannot go on. When
// ctx ends, an invite that is being sent is not given up: Next returns when its
// answer is there or the homeserver's time is over.
func (r *Runner) Next(ctx context.Context) Turn {
	if r.a.opt.Store == nil {
		return Turn{Err: ErrNoStore, Final: true}
	}
	for ctx.Err() == nil {
		turn, err := r.step(ctx)
		switch {
		case ctx.Err() != nil && turn == nil:
		case err != nil:
			return r.failed(err)
		case turn != nil:
			r.failures = 0
			return *turn
		}
	}
	return Turn{Err: ctx.Err(), Final: true}
}

// Close lets another program send. It must not be called while Next runs.
func (r *Runner) Close() {
	if r.release == nil {
		return
	}
	if r.unsaved != nil {
		_ = r.write(context.Background(), *r.unsaved) // if not, who sends next finds out
		r.unsaved = nil
	}
	_ = r.a.opt.Store.SetNote(context.Background(), r.a.storeKey(), noteSender, nil) // the lock is what counts
	r.a.sends.Store(false)
	r.release()
	r.release, r.read = nil, false
}

// failed is a turn that says why nothing goes now, and puts the next try off.
func (r *Runner) failed(err error) Turn {
	wait := growing(r.failures, longestBackoff(err))
	r.asked = askedToWait(err) > 0
	wait = max(wait, askedToWait(err))
	r.failures++
	r.read = false
	r.failedAt, r.wait = r.a.opt.Now(), wait
	return Turn{Err: err, RetryIn: wait, Final: is[*SignedOutError](err) || errors.Is(err, context.Canceled)}
}

// askedToWait is for how long a server wants to be left alone.
func askedToWait(err error) time.Duration {
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return limit.RetryAfter
	}
	if refused, ok := errors.AsType[*identity.Error](err); ok {
		return refused.RetryAfter
	}
	return 0
}

// step does the next thing there is to do; nil if it only waited.
func (r *Runner) step(ctx context.Context) (*Turn, error) {
	if passed := r.a.opt.Now().Sub(r.failedAt); passed >= 0 && passed < r.wait { // else a clock was set
		r.idle(ctx, min(r.wait-passed, glance))
		return nil, nil
	}
	r.wait = 0
	if r.release == nil {
		return r.takeOver(ctx)
	}
	if r.unsaved != nil {
		return r.save(ctx, *r.unsaved)
	}
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	if err := r.keepPaces(ctx); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(r.entries, func(e envelope) bool { return e.State == store.Sending }); i >= 0 {
		return r.clarify(ctx, r.entries[i])
	}
	if turn, err := r.noticeSent(ctx); turn != nil || err != nil {
		return turn, err
	}
	now := r.a.opt.Now()
	e, due := r.first(now)
	if r.paused || e == nil || due.After(now) {
		wait := glance
		if len(r.entries) == 0 && !r.a.opt.Store.Shared() {
			wait = ratelimit.MaxStall // whoever puts something in says so
		}
		if e != nil && !r.paused {
			wait = min(wait, due.Sub(now))
		}
		r.idle(ctx, wait)
		return nil, nil
	}
	return r.dispatch(ctx, *e)
}

// takeOver makes this runner the one that sends, if no other program is.
func (r *Runner) takeOver(ctx context.Context) (*Turn, error) {
	a := r.a
	release, held, err := a.opt.Store.Hold(ctx, a.storeKey())
	if err == nil && !held && r.others == "" {
		// Who only asks whether somebody sends holds it for a moment, too.
		r.idle(ctx, glimpse)
		release, held, err = a.opt.Store.Hold(ctx, a.storeKey())
	}
	if err != nil {
		return nil, err
	}
	if held {
		err := a.opt.Store.SetNote(ctx, a.storeKey(), noteSender, []byte(r.name))
		if err == nil {
			// What others have sent is not to be taken for what this one will send.
			err = a.restoreBook(ctx)
		}
		if err != nil {
			release()
			return nil, err
		}
		r.release, r.others = release, ""
		a.sends.Store(true)
		return nil, nil
	}
	// The version is read first: what is written after it will be noticed.
	version, err := a.opt.Store.Version(ctx)
	if err != nil {
		return nil, err
	}
	others, err := a.opt.Store.Note(ctx, a.storeKey(), noteSender)
	if err != nil {
		return nil, err
	}
	if name := orSomebody(others); name != r.others || version != r.version {
		r.others, r.version = name, version
		return &Turn{Elsewhere: name}, nil
	}
	r.idle(ctx, glance)
	return nil, nil
}

func orSomebody(name []byte) string {
	if len(name) == 0 {
		return "another program"
	}
	return string(name)
}

// sender is the program that sends for the account now; empty if none does.
func (a *Account) sender(ctx context.Context) (string, error) {
	if !a.sends.Load() {
		release, held, err := a.opt.Store.Hold(ctx, a.storeKey())
		if err != nil {
			return "", err
		}
		if held {
			release()
			return "", nil
		}
	}
	// One without a name only asks the same, or has not yet begun.
	name, err := a.opt.Store.Note(ctx, a.storeKey(), noteSender)
	return string(name), err
}

// look reads the outbox if anybody may have changed it. What this program has
// changed no version tells.
func (r *Runner) look(ctx context.Context) error {
	select {
	case <-r.a.outboxChanged:
		r.read = false
	default:
	}
	version, err := r.a.opt.Store.Version(ctx)
	if err != nil || (r.read && version == r.version) {
		return err
	}
	entries, err := r.a.opt.Store.Outbox(ctx, r.a.storeKey())
	if err != nil {
		return err
	}
	r.entries = r.entries[:0]
	for _, e := range entries {
		if e.State.Active() {
			r.entries = append(r.entries, r.a.data.decrypt(e))
		}
	}
	if r.paused, err = r.a.paused(ctx); err != nil {
		return err
	}
	if !r.learned {
		if r.limits, err = r.a.loadLimits(ctx); err != nil {
			return err
		}
	}
	r.version, r.read = version, true
	return nil
}

// keepPaces writes down what was learned, and what a clock that was set makes of
// it. As long as that fails nothing is sent: it would leave before its time.
func (r *Runner) keepPaces(ctx context.Context) error {
	if r.limits.Settle(r.a.opt.Now()) {
		r.learned = true
	}
	if !r.learned {
		return nil
	}
	err := r.a.saveLimits(context.WithoutCancel(ctx), r.limits)
	r.learned = err != nil
	return err
}

// first is the queued entry that may go out first, and when; nil if there is none.
func (r *Runner) first(now time.Time) (first *envelope, due time.Time) {
	for i := range r.entries {
		e := &r.entries[i]
		if e.State != store.Queued {
			continue
		}
		if t := r.limits.Next(now, e.UserID); first == nil || t.Before(due) {
			first, due = e, t
		}
	}
	return first, due
}

// idle waits for a while, or until this program has changed the outbox.
func (r *Runner) idle(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-r.a.outboxChanged:
		r.read = false
		if !r.asked {
			r.wait = 0 // somebody did something about it, perhaps
		}
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
