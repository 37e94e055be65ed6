package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/store"
)

// noteLimits is the name under which the limits are stored.
const noteLimits = "paces"

// A Limit is a rate limit of the servers that the program has learned.
type Limit struct {
	What     string // "mails", "invites to Matrix IDs" or "links"
	Burst    int    // invites at once, after a pause
	Interval time.Duration
}

// Limits returns the rate limits that the program has learned.
func (a *Account) Limits(ctx context.Context) ([]Limit, error) {
	if a.opt.Store == nil {
		return nil, nil
	}
	p, err := a.loadLimits(ctx)
	if err != nil {
		return nil, err
	}
	met := []Limit{{"mails", p.Mail.Burst, p.Mail.Interval}, {"invites to Matrix IDs", p.User.Burst, p.User.Interval}, {"links", p.Link.Burst, p.Link.Interval}}
	return slices.DeleteFunc(met, func(l Limit) bool { return l.Interval == 0 }), nil
}

// learn records what a response shows about the rate limits.
func (r *Runner) learn(o outcome, began time.Time, err error) {
	now, to := r.a.opt.Now(), o.to()
	limit, limited := errors.AsType[*RateLimitError](err)
	switch {
	case o.State == store.Sent || o.State == store.Resolved:
		r.limits.Sent(to, r.moreFor(o), began, now)
	case limited && !teachable(limit):
		return
	case limited && limit.RetryAfter > 0:
		r.limits.Refused(to, began, now, limit.RetryAfter)
	case limited:
		r.limits.Of(to).BackOff(now, ratelimit.HomeserverStall)
	case is[*IdentityTroubleError](err):
		r.limits.Of(to).BackOff(now, ratelimit.IdentityServerStall)
	case o.State == store.Uncertain || o.State == store.Failed:
		r.limits.Sent(to, r.moreFor(o), began, now) // the server may have counted the request
	default:
		return
	}
	r.limitsChanged = true
}

// countRevocations counts the revocations of accepted links, which have the rate limit of
// new links. It reports whether another revocation has to be sent before new links.
func (r *Runner) countRevocations() (delaysLinks bool) {
	revocations, delaysLinks := r.a.accepted.forRunner()
	for _, request := range revocations {
		r.limits.Sent(ratelimit.To{Link: true}, false, request.began, request.ended)
		r.limitsChanged = true
	}
	return delaysLinks
}

// moreFor reports whether other invites for the same user are queued.
func (r *Runner) moreFor(o outcome) bool {
	return o.UserID != "" && slices.ContainsFunc(r.entries, func(e envelope) bool {
		return e.ID != o.ID && e.UserID == o.UserID && e.State == store.Queued
	})
}

func (a *Account) loadLimits(ctx context.Context) (*ratelimit.Limits, error) {
	value, err := a.opt.Store.Note(ctx, a.storeKey(), noteLimits)
	return ratelimit.Decode(value, a.data.limits()), err
}

func (a *Account) saveLimits(ctx context.Context, l *ratelimit.Limits) error {
	return a.opt.Store.SetNote(ctx, a.storeKey(), noteLimits, l.Encode(a.data.limits()))
}
