package client

import (
	"context"
	"errors"
	"time"

	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/mail"
)

const (
	// A mail that a server asks to send again later is sent after firstDeferral, then
	// after twice that time, and so on up to longestDeferral. After mostDeferrals, which
	// is about six hours, the user has to decide.
	firstDeferral   = 5 * time.Minute
	longestDeferral = time.Hour
	mostDeferrals   = 9
)

// mail mails the link of an invite that is in the room. The entry is stored before, in the
// state Sending and with the token of the invite: if the program ends meanwhile, the next
// one knows that the mail may have been sent.
func (r *Runner) mail(ctx context.Context, e envelope) (*Turn, error) {
	was := e.State
	if was == store.Queued { // since it was issued, it may have been accepted or revoked
		i, err := r.a.Invite(e.Room, e.Token)
		over := err == nil && !i.Live()
		if !over {
			revoked, err := r.a.isRevoked(ctx, e.Room, e.Token)
			if err != nil {
				return nil, err
			}
			over = revoked
		}
		if over {
			return r.save(ctx, r.unmailed(e, store.Failed, errOver))
		}
	}
	if err := r.a.MayMail(); err != nil {
		o := r.unmailed(e, store.Queued, err)
		o.err = errors.Join(err, r.block(ctx, err))
		return r.save(ctx, o)
	}
	m, err := r.a.mailOf(ctx, e)
	if err != nil {
		return r.save(ctx, r.unmailed(e, store.Failed, err))
	}
	if was == store.Queued {
		if r.paused, err = r.a.paused(ctx); r.paused || err != nil {
			return nil, err
		}
		if err := r.leaveStall(ctx); err != nil {
			return nil, err
		}
		e.Attempts++
	}
	e.State, e.Changed = store.Sending, r.a.opt.Now()
	if err := r.write(ctx, outcome{envelope: e, was: was}); err != nil {
		return nil, unlessChanged(err)
	}
	// From here on the mail may have been sent.
	ctx = context.WithoutCancel(ctx)
	err = r.a.opt.Mailer.Deliver(ctx, m)
	o := r.judgeMail(e, err)
	o.err = errors.Join(o.err, r.react(ctx, o, err), r.storeLimits(ctx))
	return r.save(ctx, o)
}

// judgeMail returns the outcome of the mail for an entry.
func (r *Runner) judgeMail(e envelope, err error) outcome {
	if err == nil {
		return r.ended(e, store.Sent, nil)
	}
	result := mail.Uncertain
	if failed, ok := errors.AsType[*mail.Error](err); ok {
		result = failed.Result
	}
	switch result {
	case mail.Uncertain:
		o := r.ended(e, store.Uncertain, &UnmailedError{Uncertain: true, Err: err})
		return o
	case mail.Unavailable, mail.Unusable:
		o := r.unmailed(e, store.Queued, err)
		o.err = err
		return o
	case mail.Deferred:
		if e.payload.Deferrals++; e.payload.Deferrals < mostDeferrals {
			wait := min(firstDeferral<<(e.payload.Deferrals-1), longestDeferral)
			e.payload.NotBefore = r.a.opt.Now().Add(wait)
			return r.unmailed(e, store.Queued, err)
		}
	case mail.Rejected, mail.Failed:
	}
	return r.unmailed(e, store.Failed, err)
}

// unmailed returns an entry whose invite is in the room, but whose link was not mailed.
func (r *Runner) unmailed(e envelope, to store.State, err error) outcome {
	return r.ended(e, to, &UnmailedError{Err: err})
}
