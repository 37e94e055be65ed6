package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/store"
)

const (
	// pollInterval is how often a runner checks whether other programs changed the
	// outbox. It is also short because timers stop while a laptop sleeps.
	pollInterval = 2 * time.Second
	// holdTime is longer than another program holds the lock to find out whether a
	// program is sending.
	holdTime = 50 * time.Millisecond
	// maxSyncAge is the maximum age of the last sync when an invite is sent. If it is
	// older, the runner syncs first.
	maxSyncAge = time.Minute

	noteSender = "sender"
)

// A Runner sends the invites in the outbox of an account, one after the other, when the
// rate limits allow it. Of all programs with the same store, one sends at a time; the
// others wait until it ends.
type Runner struct {
	a    *Account
	name string

	release       func() // not nil if this runner sends
	otherSender   string // the program that sends; empty if not known
	entries       []envelope
	limits        *ratelimit.Limits
	version       int64
	paused        bool
	read          bool     // entries, limits and paused were read from the store
	unsaved       *outcome // the last outcome, if it could not be stored
	limitsChanged bool     // the limits have changed and are not stored yet
	mustSync      bool     // sync before the next invite is sent

	failures      int           // number of failures in a row
	failedAt      time.Time     // time of the last failure
	wait          time.Duration // wait after the last failure
	waitRequested bool          // a server requested the wait

	stall        Stall  // why nothing is sent; zero if something is
	stallStored  bool   // the store has the stall
	refusal      string // the response that refused the last invite
	sameRefusals int    // how many invites in a row it has refused
}

// A Turn is a result of [Runner.Next].
type Turn struct {
	// Item is an invite whose state changed. Its Number is 0 if no invite changed.
	Item Item
	// Err is why nothing can be sent now. The next call of Next waits RetryIn before it
	// tries again. If Final is set, trying again does not help.
	Err     error
	RetryIn time.Duration
	Final   bool
	// Elsewhere is the name of the program that sends instead of this one.
	Elsewhere string
}

// Runner returns a Runner. Other programs show its name, such as "the screen (process
// 4711)". Nothing is sent before Next is called.
func (a *Account) Runner(name string) *Runner { return &Runner{a: a, name: name} }

// Next returns when the state of an invite has changed, or when sending fails. If ctx
// ends while an invite is being sent, Next waits for the response, up to the time limit
// of a request.
func (r *Runner) Next(ctx context.Context) Turn {
	if r.a.opt.Store == nil {
		return Turn{Err: ErrNoStore, Final: true}
	}
	for ctx.Err() == nil {
		turn, err := r.step(ctx)
		switch {
		case ctx.Err() != nil && turn == nil:
		case err != nil:
			return r.failed(ctx, err)
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
		_ = r.write(context.Background(), *r.unsaved) // if that fails, the next program clarifies the entry
		r.unsaved = nil
	}
	_ = r.a.opt.Store.SetNote(context.Background(), r.a.storeKey(), noteSender, nil) // the lock decides which program sends, not the note
	r.a.sends.Store(false)
	r.release()
	r.release, r.read = nil, false
}

// failed returns the turn for an error and sets the time of the next try. If trying again
// does not help, the user decides when sending goes on.
func (r *Runner) failed(ctx context.Context, err error) Turn {
	ctx = context.WithoutCancel(ctx)
	r.read = false
	if is[*SignedOutError](err) || errors.Is(err, context.Canceled) {
		return Turn{Err: err, Final: true}
	}
	if r.stall.Decision() {
		return Turn{Err: err}
	}
	requested := askedToWait(err)
	wait := max(sleep.Growing(r.failures, longestBackoff(err)), requested)
	if is[*RateLimitError](err) && requested == 0 {
		wait = max(wait, ratelimit.HomeserverStall)
	}
	r.failures++
	if why := whyBlocked(err); why != nil {
		return Turn{Err: errors.Join(why, r.block(ctx, why))}
	}
	r.hold(ctx, cause(err), wait, requested > 0)
	return Turn{Err: err, RetryIn: wait}
}

// askedToWait returns the wait that a server requested.
func askedToWait(err error) time.Duration {
	if limit, ok := errors.AsType[*RateLimitError](err); ok {
		return limit.RetryAfter
	}
	if refused, ok := errors.AsType[*ServerError](err); ok {
		return refused.RetryAfter
	}
	if refused, ok := errors.AsType[*identity.Error](err); ok {
		return refused.RetryAfter
	}
	return 0
}

// step does the next step of work. It returns nil if it only waited.
func (r *Runner) step(ctx context.Context) (*Turn, error) {
	if passed := r.a.opt.Now().Sub(r.failedAt); passed >= 0 && passed < r.wait && !r.lifted(ctx) { // otherwise the clock was set
		r.idle(ctx, min(r.wait-passed, pollInterval))
		return nil, nil
	}
	r.wait = 0
	if r.release == nil {
		return r.takeOver(ctx)
	}
	if r.unsaved != nil {
		return r.save(ctx, *r.unsaved)
	}
	if err := r.readOutbox(ctx); err != nil {
		return nil, err
	}
	delaysLinks := r.countRevocations()
	if err := r.storeLimits(ctx); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(r.entries, func(e envelope) bool { return e.State == store.Sending }); i >= 0 {
		return r.clarify(ctx, r.entries[i])
	}
	if turn, err := r.noticeSent(ctx); turn != nil || err != nil {
		return turn, err
	}
	if err := r.settleStall(ctx); err != nil {
		return nil, err
	}
	now := r.a.opt.Now()
	e, due := r.first(now, delaysLinks)
	if r.paused || e == nil || due.After(now) {
		wait := pollInterval
		if len(r.entries) == 0 && !r.a.opt.Store.Shared() {
			wait = ratelimit.MaxStall // Enqueue wakes the runner
		}
		if e != nil && !r.paused {
			wait = min(wait, due.Sub(now))
		}
		r.idle(ctx, wait)
		return nil, nil
	}
	return r.dispatch(ctx, *e)
}

// takeOver makes this runner the one that sends, unless another program sends.
func (r *Runner) takeOver(ctx context.Context) (*Turn, error) {
	a := r.a
	release, held, err := a.opt.Store.Hold(ctx, a.storeKey(), store.SendInvites)
	if err == nil && !held && r.otherSender == "" {
		// A program that only checks whether another one sends holds the lock briefly.
		r.idle(ctx, holdTime)
		release, held, err = a.opt.Store.Hold(ctx, a.storeKey(), store.SendInvites)
	}
	if err != nil {
		return nil, err
	}
	if held {
		err := a.opt.Store.SetNote(ctx, a.storeKey(), noteSender, []byte(r.name))
		if err == nil {
			// so that invites of other programs are not mistaken for those of this one
			err = a.restoreBook(ctx)
		}
		if err == nil {
			err = r.resumeStall(ctx)
		}
		if err != nil {
			release()
			return nil, err
		}
		r.release, r.otherSender = release, ""
		a.sends.Store(true)
		return nil, nil
	}
	// The version is read first, so that later changes are noticed.
	version, err := a.opt.Store.Version(ctx)
	if err != nil {
		return nil, err
	}
	others, err := a.opt.Store.Note(ctx, a.storeKey(), noteSender)
	if err != nil {
		return nil, err
	}
	if name := senderName(others); name != r.otherSender || version != r.version {
		r.otherSender, r.version = name, version
		return &Turn{Elsewhere: name}, nil
	}
	r.idle(ctx, pollInterval)
	return nil, nil
}

func senderName(name []byte) string {
	if len(name) == 0 {
		return "another program"
	}
	return string(name)
}

// sender returns the name of the program that sends for the account; empty if there is
// none.
func (a *Account) sender(ctx context.Context) (string, error) {
	if !a.sends.Load() {
		release, held, err := a.opt.Store.Hold(ctx, a.storeKey(), store.SendInvites)
		if err != nil {
			return "", err
		}
		if held {
			release()
			return "", nil
		}
	}
	// A program without a name only checks the lock, or has not begun to send.
	name, err := a.opt.Store.Note(ctx, a.storeKey(), noteSender)
	return string(name), err
}

// readOutbox reads the outbox if it may have changed. The version of the store only
// shows changes of other programs.
func (r *Runner) readOutbox(ctx context.Context) error {
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
	if !r.paused && r.stall.Decision() {
		r.stall = Stall{} // the user has resumed it
	}
	if !r.limitsChanged {
		if r.limits, err = r.a.loadLimits(ctx); err != nil {
			return err
		}
	}
	r.version, r.read = version, true
	return nil
}

// storeLimits corrects the limits if the clock was set, and stores them if they have
// changed. Nothing is sent until they are stored: after a restart an invite could be
// sent too early.
func (r *Runner) storeLimits(ctx context.Context) error {
	if r.limits.Settle(r.a.opt.Now()) {
		r.limitsChanged = true
	}
	if !r.limitsChanged {
		return nil
	}
	err := r.a.saveLimits(context.WithoutCancel(ctx), r.limits)
	r.limitsChanged = err != nil
	return err
}

// first returns the queued entry that may be sent first, and when; nil if there is
// none.
func (r *Runner) first(now time.Time, withoutLinks bool) (first *envelope, due time.Time) {
	for i := range r.entries {
		e := &r.entries[i]
		if e.State != store.Queued || withoutLinks && e.to().Link {
			continue
		}
		t := e.payload.NotBefore
		if !e.mails() {
			t = r.limits.Next(now, e.to())
		}
		if first == nil || t.Before(due) {
			first, due = e, t
		}
	}
	return first, due
}

// idle waits for a duration, or until this program changes the outbox.
func (r *Runner) idle(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-r.a.outboxChanged:
		r.read = false
		if !r.waitRequested {
			r.wait = 0 // the user may have removed the cause
		}
	}
}
