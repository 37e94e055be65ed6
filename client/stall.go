package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/store"
)

const (
	noteStall = "stall"

	// mostUnclear is how many invites in a row may become uncertain, and mostRefused
	// how many may be refused with the same response, until the user has to decide
	// about the others.
	mostUnclear = 2
	mostRefused = 2

	// unclearWait is how long the outbox waits after the first of them, if the server
	// does not ask for a longer time: a proxy whose server restarts needs less.
	unclearWait = 20 * time.Second
)

// A Stall says why the outbox sends nothing, although the user has not paused it. It is
// stored, so that every program can show it.
type Stall struct {
	Reason string    `json:"reason"` // empty if there is no stall
	Advice Advice    `json:"advice,omitzero"`
	Since  time.Time `json:"since,omitzero"`
	// Wait is the time from Since until the next try; zero if the user has to decide.
	// Then the outbox is also paused.
	Wait time.Duration `json:"wait,omitempty"`
	// Asked is set if a server asked for the wait, and Limit if it said that a rate
	// limit was exceeded.
	Asked bool `json:"asked,omitempty"`
	Limit bool `json:"limit,omitempty"`
	// Unclear is the number of invites that have become uncertain in a row.
	Unclear int `json:"unclear,omitempty"`
}

// Decision reports whether nothing is sent until the user resumes the outbox.
func (s Stall) Decision() bool { return s.Reason != "" && s.Wait == 0 }

// Until returns when sending is tried again; zero if there is no stall or the user has
// to decide.
func (s Stall) Until() time.Time {
	if s.Wait == 0 {
		return time.Time{}
	}
	return s.Since.Add(s.Wait)
}

// stall returns the stored stall; the zero Stall if there is none, or if it was
// encrypted with another key.
func (a *Account) stall(ctx context.Context) (s Stall, err error) {
	sealed, err := a.opt.Store.Note(ctx, a.storeKey(), noteStall)
	if err != nil || len(sealed) == 0 {
		return Stall{}, err
	}
	if text, wrongKey := a.data.stall().Open(noteStall, sealed); wrongKey != nil || json.Unmarshal(text, &s) != nil {
		s = Stall{}
	}
	return s, nil
}

// setStall stores a stall; the zero Stall deletes the stored one.
func (a *Account) setStall(ctx context.Context, s Stall) error {
	var sealed []byte
	if s != (Stall{}) {
		text, err := json.Marshal(s)
		if err != nil { // the year of the clock is after 9999
			return err
		}
		sealed = a.data.stall().Seal(noteStall, text)
	}
	return a.opt.Store.SetNote(ctx, a.storeKey(), noteStall, sealed)
}

// RetryNow resumes the outbox and sends the next invite at once, whatever a server asked
// for. If it refuses again, the outbox waits again.
func (a *Account) RetryNow(ctx context.Context) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	limits, err := a.loadLimits(ctx)
	if err != nil {
		return err
	}
	limits.Lift(a.opt.Now())
	if err := a.saveLimits(ctx, limits); err != nil {
		return err
	}
	if err := a.setStall(ctx, Stall{}); err != nil {
		return err
	}
	return a.PauseOutbox(ctx, false)
}

// block pauses the outbox until the user decides.
func (r *Runner) block(ctx context.Context, err error) error {
	r.stall = Stall{Reason: err.Error(), Advice: Advise(err), Since: r.a.opt.Now(), Unclear: r.stall.Unclear}
	r.read, r.sameRefusals = false, 0
	return errors.Join(r.a.setStall(ctx, r.stall), r.a.PauseOutbox(ctx, true))
}

// hold sends nothing for a time. If it cannot be stored, other programs do not see why.
func (r *Runner) hold(ctx context.Context, err error, wait time.Duration, asked bool) {
	now, advice := r.a.opt.Now(), Advise(err)
	if advice.Kind == "" || advice.Kind == HintWait { // the time would be out of date
		advice = Advice{Kind: HintTriedAgain}
	}
	r.failedAt, r.wait, r.waitRequested = now, wait, asked
	r.stall = Stall{Reason: lasting(err).Error(), Advice: advice, Since: now, Wait: wait, Asked: asked, Limit: is[*RateLimitError](err), Unclear: r.stall.Unclear}
	r.stallStored = r.a.setStall(ctx, r.stall) == nil
}

// goOn ends a stall after an invite was sent.
func (r *Runner) goOn(ctx context.Context) error {
	r.sameRefusals = 0
	if r.stall == (Stall{}) {
		return nil
	}
	r.stall = Stall{}
	return r.a.setStall(ctx, r.stall)
}

// leaveStall ends a stall because the servers respond again. How many invites have become
// uncertain in a row is still known.
func (r *Runner) leaveStall(ctx context.Context) error {
	if r.stall.Reason == "" {
		return nil
	}
	r.stall = Stall{Unclear: r.stall.Unclear}
	return r.a.setStall(ctx, r.stall)
}

// lifted reports whether the user has ended the stall that this runner waits for.
func (r *Runner) lifted(ctx context.Context) bool {
	if !r.stallStored {
		return false
	}
	stored, err := r.a.stall(ctx)
	return err == nil && stored == Stall{}
}

// resumeStall takes over the stall of the program that sent before. Only the wait that a
// server asked for is continued: the user may have ended another cause. The homeserver
// is asked whether it is back in any case.
func (r *Runner) resumeStall(ctx context.Context) error {
	s, err := r.a.stall(ctx)
	if err != nil || s == (Stall{}) {
		return err
	}
	r.stall, r.mustSync = s, true
	if s.Asked {
		r.failedAt, r.wait, r.waitRequested, r.stallStored = s.Since, s.Wait, true, true
	}
	return nil
}

// settleStall forgets the uncertain invites of a stall when all are settled, and ends the
// stall if the user had to decide about them.
func (r *Runner) settleStall(ctx context.Context) error {
	if r.stall.Unclear == 0 || slices.ContainsFunc(r.entries, func(e envelope) bool { return e.State == store.Uncertain }) {
		return nil
	}
	r.stall.Unclear = 0
	if !r.stall.Decision() {
		return nil
	}
	r.stall, r.read = Stall{}, false
	return errors.Join(r.a.setStall(ctx, r.stall), r.a.PauseOutbox(ctx, false))
}

// react decides about the other invites in the outbox after the request for one. The
// error is why none can be sent.
func (r *Runner) react(ctx context.Context, o outcome, err error) error {
	kind := fateOf(err)
	switch {
	case err == nil:
		return r.goOn(ctx)
	case o.State == store.Uncertain:
		r.stall.Unclear++
		if r.stall.Unclear >= mostUnclear {
			return r.block(ctx, &UnclearError{Count: r.stall.Unclear, Err: cause(err)})
		}
		// After the wait a sync shows whether the server responds again.
		requested := askedToWait(err)
		r.hold(ctx, cause(err), max(requested, unclearWait), requested > 0)
		return nil
	case kind == blocked:
		return r.block(ctx, blockedBy(err)) // the outcome has the error
	case kind == late:
		return errors.Join(blockedBy(err), r.block(ctx, blockedBy(err)))
	case o.State == store.Failed && kind != personal:
		why := brief(cause(err))
		if o.payload.Address != "" { // mail servers repeat it
			why = strings.ReplaceAll(why, o.payload.Address, "")
		}
		if why != r.refusal {
			r.refusal, r.sameRefusals = why, 0
		}
		if r.sameRefusals++; r.sameRefusals >= mostRefused {
			return r.block(ctx, &RefusedInvitesError{Count: r.sameRefusals, Err: cause(err)})
		}
	}
	return nil
}

// cause returns the error of the server, without the invitee.
func cause(err error) error {
	if e, ok := errors.AsType[*IdentityTroubleError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*ServerError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*UnreachableError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*RateLimitError](err); ok {
		return e
	}
	return err
}

// lasting returns an error without a duration: that would be out of date as soon as it
// is stored.
func lasting(err error) error {
	if limit, ok := errors.AsType[*RateLimitError](err); ok && !limit.WaitCut {
		return fmt.Errorf("the rate limit of %s was reached", limit.Server)
	}
	return err
}

// An UnclearError says that several invites in a row have become uncertain.
type UnclearError struct {
	Count int
	Err   error // of the last one
}

func (e *UnclearError) Error() string {
	return fmt.Sprintf("it is uncertain whether the last %d invites were sent, so no more are sent: %v", e.Count, e.Err)
}

func (e *UnclearError) Unwrap() error { return e.Err }

// A RefusedInvitesError says that several invites in a row were refused with the same
// response.
type RefusedInvitesError struct {
	Count int
	Err   error
}

func (e *RefusedInvitesError) Error() string {
	return fmt.Sprintf("the last %d invites were refused in the same way, so no more are sent: %v", e.Count, e.Err)
}

func (e *RefusedInvitesError) Unwrap() error { return e.Err }

// teachable reports whether a rate limit says something about the limit of the
// homeserver: not that of a proxy, and not a wait that no limit needs.
func teachable(e *RateLimitError) bool { return !e.Proxy && e.RetryAfter <= ratelimit.Longest }
