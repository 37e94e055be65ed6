package client

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// mostLost is how often a Matrix ID is invited without an answer before a person
// has to decide. Unlike an invite by e-mail, a repeated one does not arrive twice:
// it is only sent if the membership shows that the others did not arrive.
const mostLost = 3

// An outcome is an entry as it is to be written down, and what it was.
type outcome struct {
	envelope
	was store.State
	err error // what keeps others from being sent, too
}

var (
	errSealed      = errors.New("the invitee was sealed in a session that is lost")
	errInterrupted = errors.New("mxinvite was ended while it was being sent")
)

// dispatch sends an entry, if nothing has come between since it was queued.
func (r *Runner) dispatch(ctx context.Context, e envelope) (*Turn, error) {
	if e.payload.invitee() == (recipients.Invitee{}) {
		return r.save(ctx, r.ended(e, store.Failed, errSealed))
	}
	if news, err := r.freshen(ctx); news || err != nil {
		return nil, err // it may tell of an uncertain one that looks like this one
	}
	plan, err := r.a.Plan(ctx, e.Room, e.payload.invitee())
	switch {
	case e.Attempts > 0 && plan.UserID != "" && plan.UserID == e.UserID && isIn(err):
		// The answer to an earlier request was lost.
		return r.save(ctx, r.ended(e, store.Resolved, nil))
	case hopeless(err):
		return r.save(ctx, r.ended(e, store.Failed, err))
	case err != nil:
		return nil, err
	}
	if news := e.unknown(plan.Similar); len(news) > 0 && plan.UserID == "" {
		return r.save(ctx, r.ended(e, store.Failed, &PendingError{Address: e.payload.Address, Similar: news}))
	}
	if now := r.a.opt.Now(); r.limits.Next(now, plan.UserID).After(now) {
		// Meanwhile the address is, or is no longer, somebody's on Matrix, and
		// those go by another pace. Nothing is sent before its time.
		e.UserID = plan.UserID
		return nil, unlessChanged(r.write(ctx, outcome{envelope: e, was: store.Queued}))
	}
	if r.paused, err = r.a.paused(ctx); r.paused || err != nil {
		return nil, err // while it was planned
	}
	// From here on it may have been sent, whatever happens.
	e.UserID = plan.UserID
	if e.payload.Address != "" {
		e.payload.Before = r.a.ownTokens(e.Room, e.payload.Address)
	}
	e.State, e.Changed, e.Attempts = store.Sending, r.a.opt.Now(), e.Attempts+1
	if err := r.write(ctx, outcome{envelope: e, was: store.Queued}); err != nil {
		return nil, unlessChanged(err)
	}
	began := r.a.opt.Now()
	sent, err := r.a.Send(context.WithoutCancel(ctx), plan)
	o := r.judge(e, sent, err)
	if is[*AccountSuspendedError](err) {
		// The homeserver says so once the mail has gone out. Each further invite
		// would mail a person in vain.
		o.err = errors.Join(err, r.a.PauseOutbox(context.WithoutCancel(ctx), true))
	}
	r.learn(o, began, err)
	o.err = errors.Join(o.err, r.keepPaces(ctx))
	return r.save(ctx, o)
}

// unlessChanged is err, or nil if it says that somebody has decided otherwise
// about an entry meanwhile, who is right.
func unlessChanged(err error) error {
	if errors.Is(err, store.ErrChanged) {
		return nil
	}
	return err
}

// isIn reports whether err says that the person is where an invite would have
// them.
func isIn(err error) bool {
	e, ok := errors.AsType[*MemberError](err)
	return ok && e.Membership != "ban"
}

// unknown are those of some invites that nobody knew of when e was queued.
func (e envelope) unknown(similar []invite.Invite) []invite.Invite {
	return slices.DeleteFunc(slices.Clone(similar), func(i invite.Invite) bool {
		return slices.Contains(e.payload.Similar, i.Token)
	})
}

// hopeless reports whether an invite could not be sent in an hour either.
func hopeless(err error) bool {
	return is[*MemberError](err) || is[*PowerError](err) ||
		errors.Is(err, ErrNotJoined) || errors.Is(err, threepid.ErrNotAddress)
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
		if limit, ok := errors.AsType[*RateLimitError](err); ok {
			// How long that lasts is out of date as soon as it is written down.
			return r.ended(e, store.Queued, fmt.Errorf("the rate limit of %s was reached", limit.Server))
		}
		o := r.ended(e, store.Queued, err)
		o.err = err
		return o
	case sent.UserID != "" && session.NoResponse(err) && e.Attempts < mostLost:
		o := r.ended(e, store.Queued, err) // its membership is read before it is sent again
		o.err = err
		return o
	case sent.UserID != "" && session.NoResponse(err):
		return r.ended(e, store.Uncertain, &UncertainError{Address: string(sent.UserID), Err: err})
	}
	return r.ended(e, store.Failed, err)
}

// notSent reports whether a request was not carried out, for a reason that has
// nothing to do with this one invite.
func notSent(err error) bool {
	return is[*RateLimitError](err) || is[*SignedOutError](err) || is[*UnreachableError](err) ||
		is[*RenewalError](err) || is[*AccountLockedError](err) || is[*TermsError](err) || identity.HasCode(err, "M_UNAUTHORIZED")
}

// ended is an entry that goes from the state it is in to another.
func (r *Runner) ended(e envelope, to store.State, err error) outcome {
	was := e.State
	e.State, e.Changed = to, r.a.opt.Now()
	e.payload.Reason, e.payload.Advice = "", Advice{}
	if !to.Active() {
		e.payload.forget()
	}
	if err != nil {
		e.payload.Reason, e.payload.Advice = err.Error(), Advise(err)
	}
	return outcome{envelope: e, was: was}
}

// save writes down what came of an entry and tells it. As long as it cannot be
// written, as on a full disk, nothing else is sent.
func (r *Runner) save(ctx context.Context, o outcome) (*Turn, error) {
	r.unsaved = &o
	if err := unlessChanged(r.write(context.WithoutCancel(ctx), o)); err != nil {
		return nil, err
	}
	r.unsaved = nil
	if o.State == store.Uncertain || o.State == store.Sent && o.Token == "" {
		r.blind = true // the next one may not be taken for it, nor leave while no answers come
	}
	r.a.book.add(o.Room, o.Token, o.payload.threePID())
	if o.err != nil {
		return nil, o.err
	}
	return &Turn{Item: r.a.item(r.a.data.encrypt(o.envelope))}, nil
}

// write writes an entry down, and in the address book whom it went to.
func (r *Runner) write(ctx context.Context, o outcome) error {
	var book []store.Address
	if o.State == store.Sent && o.Token != "" && !r.a.opt.NoAddressBook {
		book = append(book, r.a.data.encryptAddress(o.Room, o.Token, o.payload.threePID()))
	}
	r.read = false
	return r.a.opt.Store.Advance(ctx, r.a.storeKey(), []store.State{o.was}, []store.Entry{r.a.data.encrypt(o.envelope)}, book...)
}

// clarify finds out what became of an entry that some program was sending when
// it ended.
func (r *Runner) clarify(ctx context.Context, e envelope) (*Turn, error) {
	if e.payload.invitee() == (recipients.Invitee{}) {
		return r.save(ctx, r.ended(e, store.Uncertain, errInterrupted))
	}
	if e.UserID != "" {
		// Its membership is read before it is sent again.
		return r.save(ctx, r.ended(e, store.Queued, nil))
	}
	r.blind = true // a homeserver that is down cannot tell
	if _, err := r.freshen(ctx); err != nil {
		return nil, err
	}
	token, err := r.a.findSent(ctx, Plan{Room: Room{ID: e.Room}, Address: e.payload.threePID()}, r.a.notIt(e))
	if err != nil && !is[*ServerError](err) {
		return nil, err
	}
	o := r.ended(e, store.Uncertain, &UncertainError{Address: e.payload.Address, Err: errInterrupted})
	if token != "" {
		e.Token = token
		o = r.ended(e, store.Sent, nil)
	}
	r.learn(o, e.Changed, nil) // who sent it may not have come to it
	return r.save(ctx, o)
}

// noticeSent looks whether an uncertain entry has shown up in its room. Where
// invites that look alike are fewer than entries, nobody can tell whose they are.
func (r *Runner) noticeSent(ctx context.Context) (*Turn, error) {
	var uncertain []envelope
	shown := map[int64][]string{}  // by the entries' numbers
	claims := map[string][]int64{} // the other way round
	rooms := map[id.RoomID][]invite.Invite{}
	for _, e := range r.entries {
		if e.State != store.Uncertain || e.payload.Address == "" {
			continue
		}
		uncertain = append(uncertain, e)
		if _, known := rooms[e.Room]; !known {
			rooms[e.Room] = r.a.own(e.Room)
		}
		other := r.a.notIt(e)
		for _, i := range rooms[e.Room] {
			if !other[i.Token] && invite.Matches(i.DisplayName, e.payload.Address) {
				shown[e.ID] = append(shown[e.ID], i.Token)
				claims[i.Token] = append(claims[i.Token], e.ID)
			}
		}
	}
	for _, e := range uncertain {
		rivals := map[int64]bool{}
		for _, token := range shown[e.ID] {
			for _, n := range claims[token] {
				rivals[n] = true
			}
		}
		if len(shown[e.ID]) == 0 || len(shown[e.ID]) < len(rivals) {
			continue
		}
		e.Token = shown[e.ID][0]
		return r.save(ctx, r.ended(e, store.Sent, nil))
	}
	return nil, nil
}

// notIt are the invites that were in the room before e was sent, and those that
// are known to have gone to somebody.
func (a *Account) notIt(e envelope) map[string]bool {
	other := a.book.tokens(e.Room)
	for _, token := range e.payload.Before {
		other[token] = true
	}
	return other
}

// own are the account's own invites in a room.
func (a *Account) own(room id.RoomID) []invite.Invite {
	return slices.DeleteFunc(a.Invites(room), func(i invite.Invite) bool { return i.Sender != a.session.UserID })
}

// ownTokens are those of the account's own invites in a room that may be to an
// address.
func (a *Account) ownTokens(room id.RoomID, address string) []string {
	return tokens(slices.DeleteFunc(a.own(room), func(i invite.Invite) bool { return !invite.Matches(i.DisplayName, address) }))
}

// freshen asks the homeserver what is new if nothing has for a while, and reports
// whether it has.
func (r *Runner) freshen(ctx context.Context) (bool, error) {
	if age := r.a.opt.Now().Sub(r.a.AsOf()); !r.blind && age >= 0 && age < fresh {
		return false, nil
	}
	err := r.a.syncNow(ctx)
	r.blind = r.blind && err != nil
	return err == nil, err
}
