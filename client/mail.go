package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/mail"
)

// A Mailer sends the mails of invites [ByMail].
type Mailer interface {
	// Deliver mails the link of an invite, once. A [mail.Error] says what is known of the
	// mail after that; with another error it may have been sent.
	Deliver(ctx context.Context, i mail.Invite) error
}

// A NoMailError says why the account cannot mail links itself.
type NoMailError struct{ Reason error }

func (e *NoMailError) Error() string { return "mxinvite cannot send mails: " + e.Reason.Error() }

func (e *NoMailError) Unwrap() error { return e.Reason }

var errNoMailer = errors.New("no mail program and no mail server is set")

// MayMail returns a [NoMailError] if the account cannot mail links itself.
func (a *Account) MayMail() error {
	switch {
	case a.opt.Mailer != nil:
		return nil
	case a.opt.MailerErr != nil:
		return &NoMailError{a.opt.MailerErr}
	}
	return &NoMailError{errNoMailer}
}

// An UnmailedError says that an invite is in the room, and why its link was not mailed or
// may not have been mailed.
type UnmailedError struct {
	Uncertain bool
	Err       error
}

func (e *UnmailedError) Error() string {
	if e.Uncertain {
		return fmt.Sprintf("invited, but it is uncertain whether the mail was sent: %v", e.Err)
	}
	return fmt.Sprintf("invited, but not mailed: %v", e.Err)
}

func (e *UnmailedError) Unwrap() error { return e.Err }

// errOver says that there is nothing to mail any more.
var errOver = errors.New("the invite was accepted or revoked meanwhile")

// mailFate returns what the error of a [Mailer] means for mails.
func mailFate(e *mail.Error) fate {
	switch e.Result {
	case mail.Rejected, mail.Deferred:
		return personal
	case mail.Failed:
		return refused
	case mail.Unavailable:
		return passing
	case mail.Unusable:
		return blocked
	case mail.Uncertain:
	}
	return unclear
}

// mailOf returns the mail for an entry whose invite is in the room.
func (a *Account) mailOf(ctx context.Context, e envelope) (mail.Invite, error) {
	l, err := a.linkOf(e.Room, e.Token, e.payload.record())
	if err != nil {
		return mail.Invite{}, err
	}
	room := string(e.Room)
	if in, err := a.Room(e.Room); err == nil {
		room = in.Name
	}
	expires := ""
	if at := e.payload.Signed.Expires; !at.IsZero() {
		expires = at.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return mail.Invite{
		Expires: expires,
		Address: e.payload.Address, Name: e.payload.Name, Room: room, Token: e.Token,
		Link:    l.Format(cmp.Or(a.opt.LinkBase, link.DefaultBase)),
		Inviter: string(a.session.UserID), InviterName: a.nameIn(ctx, e.Room),
	}, nil
}

// nameIn returns the display name of the account in a room; empty if it is not known.
func (a *Account) nameIn(ctx context.Context, room id.RoomID) string {
	content, err := a.member(ctx, room, a.session.UserID)
	var member struct {
		DisplayName string `json:"displayname"`
	}
	if err != nil || json.Unmarshal(content, &member) != nil {
		return ""
	}
	return member.DisplayName
}

// mails reports whether the entry is an invite in the room whose link has to be mailed.
func (e envelope) mails() bool { return e.payload.Mail && e.Token != "" && e.State == store.Queued }

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
	if was == store.Queued || e.Attempts > 1 { // it was issued some time ago
		why, err := r.a.obsolete(ctx, e)
		if err != nil {
			return nil, err
		}
		if why != nil {
			return r.save(ctx, r.unmailed(e, store.Failed, why))
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

// obsolete returns why the link of an invite that is in the room does not work any more;
// nil if it works.
func (a *Account) obsolete(ctx context.Context, e envelope) (why, err error) {
	i, unknown := a.Invite(e.Room, e.Token)
	_, left := a.Room(e.Room)
	switch {
	case left != nil: // the homeserver would still show the old state of the room
		return left, nil
	case e.payload.Signed.expired(a.opt.Now()):
		return errLinkExpired, nil
	case unknown == nil && !i.Live():
		return errOver, nil
	}
	revoked, err := a.isRevoked(ctx, e.Room, e.Token)
	if revoked && err == nil {
		why = errOver
	}
	return why, err
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
		return r.ended(e, store.Uncertain, &UnmailedError{Uncertain: true, Err: err})
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
