package client

import (
	"context"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
)

// An outcome is an entry as it is to be written down, and what it was.
type outcome struct {
	envelope
	was store.State
	err error // what keeps others from being sent, too
}

var (
	errSealed      = errors.New("its address was sealed in a session that is lost")
	errInterrupted = errors.New("mxinvite was ended while it was being sent")
)

// dispatch sends an entry, if nothing has come between since it was queued.
func (r *Runner) dispatch(ctx context.Context, e envelope) (*Turn, error) {
	if e.letter.Address == "" {
		return r.save(ctx, r.ended(e, store.Failed, errSealed))
	}
	if err := r.a.freshen(ctx); err != nil {
		return nil, err
	}
	plan, err := r.a.Plan(ctx, e.Room, e.letter.threePID())
	switch {
	case hopeless(err):
		return r.save(ctx, r.ended(e, store.Failed, err))
	case err != nil:
		return nil, err
	}
	if news := e.unknown(plan.Similar); len(news) > 0 && plan.UserID == "" {
		return r.save(ctx, r.ended(e, store.Failed, &PendingError{Address: e.letter.Address, Similar: news}))
	}
	if pace := r.paces.of(store.Entry{UserID: plan.UserID}); pace.next(r.a.opt.Now()).After(r.a.opt.Now()) {
		// Meanwhile the address is, or is no longer, somebody's on Matrix, and
		// those go by another pace. Nothing is sent before its time.
		e.UserID = plan.UserID
		return nil, r.write(ctx, outcome{envelope: e, was: store.Queued})
	}
	// From here on it may have been sent, whatever happens.
	e.UserID = plan.UserID
	e.letter.Before = r.a.ownTokens(e.Room)
	e.State, e.Changed, e.Attempts = store.Sending, r.a.opt.Now(), e.Attempts+1
	if err := r.write(ctx, outcome{envelope: e, was: store.Queued}); err != nil {
		return nil, err
	}
	began := r.a.opt.Now()
	sent, err := r.a.Send(context.WithoutCancel(ctx), plan)
	o := r.judge(e, sent, err)
	o.err = errors.Join(o.err, r.learn(ctx, o, began, err))
	return r.save(ctx, o)
}

// unknown are those of some invites that nobody knew of when e was queued.
func (e envelope) unknown(similar []invite.Invite) []invite.Invite {
	return slices.DeleteFunc(slices.Clone(similar), func(i invite.Invite) bool {
		return slices.Contains(e.letter.Similar, i.Token)
	})
}

// hopeless reports whether an invite could not be sent in an hour either.
func hopeless(err error) bool {
	return is[*MemberError](err) || is[*PowerError](err) ||
		errors.Is(err, ErrNotJoined) || errors.Is(err, identity.ErrNotAddress)
}

// judge is what to write down of an entry that was being sent.
func (r *Runner) judge(e envelope, sent Sent, err error) outcome {
	switch {
	case err == nil && sent.UserID != "":
		e.UserID = sent.UserID
		return r.ended(e, store.Resolved, nil)
	case err == nil:
		e.Token = sent.Token
		return r.ended(e, store.Sent, nil)
	case is[*UncertainError](err):
		return r.ended(e, store.Uncertain, err)
	case notSent(err):
		o := r.ended(e, store.Queued, err)
		if !is[*RateLimitError](err) {
			o.err = err
		}
		return o
	}
	return r.ended(e, store.Failed, err)
}

// notSent reports whether a request was not carried out, for a reason that has
// nothing to do with this one invite.
func notSent(err error) bool {
	return is[*RateLimitError](err) || is[*SignedOutError](err) || is[*UnreachableError](err) ||
		is[*TermsError](err) || identity.HasCode(err, "M_UNAUTHORIZED")
}

// learn takes in what an answer says of how often the servers take one.
func (r *Runner) learn(ctx context.Context, o outcome, began time.Time, err error) error {
	now, pace := r.a.opt.Now(), r.paces.of(o.Entry)
	limit, limited := errors.AsType[*RateLimitError](err)
	switch {
	case o.State == store.Sent || o.State == store.Resolved:
		pace.sent(began, now)
	case limited && limit.RetryAfter > 0:
		pace.refused(began, now, limit.RetryAfter)
	case limited:
		pace.stalled(now, firstStall)
	case is[*IdentityTroubleError](err):
		pace.stalled(now, identityStall)
	case o.State == store.Uncertain || o.State == store.Failed:
		pace.sent(began, now) // it may have been counted
	default:
		return nil
	}
	return r.a.savePaces(context.WithoutCancel(ctx), r.paces)
}

// ended is an entry that goes from the state it is in to another.
func (r *Runner) ended(e envelope, to store.State, err error) outcome {
	was := e.State
	e.State, e.Changed = to, r.a.opt.Now()
	e.letter.Reason, e.letter.Hint = "", ""
	if err != nil {
		e.letter.Reason, e.letter.Hint = err.Error(), Hint(err)
	}
	return outcome{envelope: e, was: was}
}

// save writes down what came of an entry and tells it. As long as it cannot be
// written, as on a full disk, nothing else is sent.
func (r *Runner) save(ctx context.Context, o outcome) (*Turn, error) {
	r.unsaved = &o
	err := r.write(context.WithoutCancel(ctx), o)
	if errors.Is(err, store.ErrChanged) {
		err = nil // somebody has decided about it
	}
	if err != nil {
		return nil, err
	}
	r.unsaved = nil
	r.a.book.add(o.Room, o.Token, o.letter.threePID())
	if o.err != nil {
		return nil, o.err
	}
	return &Turn{Item: r.a.item(r.a.close(o.envelope))}, nil
}

// write writes an entry down, and in the address book whom it went to.
func (r *Runner) write(ctx context.Context, o outcome) error {
	var book []store.Address
	if o.State == store.Sent && o.Token != "" && !r.a.opt.NoAddressBook {
		book = append(book, r.a.sealAddress(o.Room, o.Token, o.letter.threePID()))
	}
	r.read = false
	return r.a.opt.Store.Advance(ctx, r.a.storeKey(), []store.State{o.was}, []store.Entry{r.a.close(o.envelope)}, book...)
}

// clarify finds out what became of an entry that some program was sending when
// it ended.
func (r *Runner) clarify(ctx context.Context, e envelope) (*Turn, error) {
	if e.letter.Address == "" {
		return r.save(ctx, r.ended(e, store.Uncertain, errInterrupted))
	}
	if e.UserID != "" {
		// Inviting a Matrix ID twice mails nobody; the homeserver refuses it.
		return r.save(ctx, r.ended(e, store.Queued, nil))
	}
	token, err := r.a.findSent(ctx, Plan{Room: Room{ID: e.Room}, Address: e.letter.threePID()}, r.a.notIt(e))
	switch {
	case err != nil && !is[*ServerError](err):
		return nil, err
	case token != "":
		e.Token = token
		return r.save(ctx, r.ended(e, store.Sent, nil))
	}
	return r.save(ctx, r.ended(e, store.Uncertain, &UncertainError{Address: e.letter.Address, Err: errInterrupted}))
}

// noticeSent looks whether an uncertain entry has shown up in its room.
func (r *Runner) noticeSent(ctx context.Context) (*Turn, error) {
	for _, e := range r.entries {
		if e.State != store.Uncertain || e.letter.Address == "" {
			continue
		}
		other := r.a.notIt(e)
		for _, i := range r.a.Invites(e.Room) {
			if i.Sender == r.a.session.UserID && !other[i.Token] && invite.Matches(i.DisplayName, e.letter.Address) {
				e.Token = i.Token
				return r.save(ctx, r.ended(e, store.Sent, nil))
			}
		}
	}
	return nil, nil
}

// notIt are the invites that were in the room before e was sent, and those that
// are known to have gone to somebody.
func (a *Account) notIt(e envelope) map[string]bool {
	other := a.bookTokens(e.Room)
	for _, token := range e.letter.Before {
		other[token] = true
	}
	return other
}

// ownTokens are the account's own invites in a room.
func (a *Account) ownTokens(room id.RoomID) []string {
	var own []string
	for _, i := range a.Invites(room) {
		if i.Sender == a.session.UserID {
			own = append(own, i.Token)
		}
	}
	return own
}

// freshen asks the homeserver what is new if nothing has for a while.
func (a *Account) freshen(ctx context.Context) error {
	if age := a.opt.Now().Sub(a.AsOf()); age >= 0 && age < fresh {
		return nil
	}
	_, err := a.sync(ctx, 0)
	return err
}
