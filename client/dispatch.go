package client

import (
	"context"
	"errors"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// maxLost is how often an invite for a Matrix ID is sent without a response. After that
// the user has to decide. It is sent again only if the membership shows that it did not
// arrive; unlike an invite by e-mail, it cannot arrive twice.
const maxLost = 3

// An outcome is an entry in a new state that has to be stored.
type outcome struct {
	envelope
	was store.State // the state before
	err error       // the error if no other entry can be sent either
}

var (
	errSealed      = errors.New("the invitee was encrypted in a session that is lost")
	errInterrupted = errors.New("mxinvite ended while it was being sent")
)

// dispatch sends an entry, unless the situation has changed since it was queued.
func (r *Runner) dispatch(ctx context.Context, e envelope) (*Turn, error) {
	if e.payload.invitee() == (recipients.Invitee{}) {
		return r.save(ctx, r.ended(e, store.Failed, errSealed))
	}
	if news, err := r.syncIfOld(ctx); news || err != nil {
		return nil, err // the sync may show an uncertain entry for the same address
	}
	if e.mails() {
		return r.mail(ctx, e)
	}
	plan, err := r.a.planBy(ctx, e.payload.way(), e.Room, e.payload.invitee())
	if plan.ToReplaced = e.payload.ToReplaced; plan.ToReplaced && is[*ReplacedError](err) {
		err = plan.Err() // nil: the user has confirmed it
	}
	switch {
	case e.Attempts > 0 && plan.UserID != "" && plan.UserID == e.UserID && isMember(err):
		// The response to an earlier request was lost.
		return r.save(ctx, r.ended(e, store.Resolved, nil))
	case cannotSucceed(err):
		return r.save(ctx, r.ended(e, store.Failed, err))
	case err != nil:
		return nil, err
	}
	if news := e.unknown(plan.Similar); len(news) > 0 && plan.UserID == "" {
		return r.save(ctx, r.ended(e, store.Failed, &PendingError{Address: e.payload.Address, Similar: news}))
	}
	if plan.to().Link && e.payload.Signed.expired(r.a.opt.Now()) {
		return r.save(ctx, r.ended(e, store.Failed, errLinkExpired))
	}
	if now := r.a.opt.Now(); r.limits.Next(now, plan.to()).After(now) {
		// The address was bound or unbound since it was queued, and the limits for
		// e-mails and for users differ.
		e.UserID = plan.UserID
		return nil, unlessChanged(r.write(ctx, outcome{envelope: e, was: store.Queued}))
	}
	if r.paused, err = r.a.paused(ctx); r.paused || err != nil {
		return nil, err // the user paused the outbox during planning
	}
	if err := r.leaveStall(ctx); err != nil {
		return nil, err
	}
	// From here on the request may have been sent.
	e.UserID = plan.UserID
	if e.payload.Address != "" {
		e.payload.Before = r.a.tokensOfAddress(e.Room, e.payload.Address)
	}
	e.State, e.Changed, e.Attempts = store.Sending, r.a.opt.Now(), e.Attempts+1
	if err := r.write(ctx, outcome{envelope: e, was: store.Queued}); err != nil {
		return nil, unlessChanged(err)
	}
	began := r.a.opt.Now()
	sent, err := r.send(context.WithoutCancel(ctx), e, plan)
	o := r.judge(e, sent, err)
	ctx = context.WithoutCancel(ctx)
	r.learn(o, began, err)
	if err == nil && e.payload.Mail && o.UserID == "" {
		e.Token = o.Token
		return r.mail(ctx, e)
	}
	o.err = errors.Join(o.err, r.react(ctx, o, err), r.storeLimits(ctx))
	return r.save(ctx, o)
}

// send makes the request for an entry.
func (r *Runner) send(ctx context.Context, e envelope, plan Plan) (Sent, error) {
	if !plan.to().Link {
		return r.a.Send(ctx, plan)
	}
	issued := e.payload.issued()
	if e.Attempts > 1 {
		// The response to an earlier request may have been lost.
		if known, err := r.a.wasIssued(ctx, e.Room, issued); known || err != nil {
			return Sent{Token: issued.Token}, err
		}
	}
	return Sent{Token: issued.Token}, r.a.issue(ctx, plan, issued, e.payload.Signed.ValidityURL)
}

// unlessChanged returns nil if err says that another program or the user has changed
// the entry, and err otherwise.
func unlessChanged(err error) error {
	if errors.Is(err, store.ErrChanged) {
		return nil
	}
	return err
}

// isMember reports whether err says that the user is already invited or joined.
func isMember(err error) bool {
	e, ok := errors.AsType[*MemberError](err)
	return ok && e.Membership != "ban"
}

// unknown returns the invites in similar that the user had not seen when e was queued.
func (e envelope) unknown(similar []invite.Invite) []invite.Invite {
	return slices.DeleteFunc(slices.Clone(similar), func(i invite.Invite) bool {
		return slices.Contains(e.payload.Similar, i.Token) || i.Token == e.payload.Token
	})
}

// cannotSucceed reports whether another try to send the invite would fail again.
func cannotSucceed(err error) bool {
	return is[*MemberError](err) || is[*PowerError](err) || is[*ReplacedError](err) || is[*LinkUnsupportedError](err) ||
		errors.Is(err, ErrNotJoined) || errors.Is(err, threepid.ErrNotAddress) ||
		errors.Is(err, errMembership) && fateOf(err) == refused
}

// judge returns the outcome of the request for an entry.
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
		limit, limited := errors.AsType[*RateLimitError](err)
		o := r.ended(e, store.Queued, lasting(err))
		if !limited || !teachable(limit) {
			o.err = err
		}
		return o
	case fateOf(err) == blocked:
		return r.again(e, blockedBy(err))
	case e.to().Link && (session.NoResponse(err) || mayBeSent(err) && e.Attempts < maxLost):
		return r.again(e, err) // the room's state is read before another request
	case sent.UserID != "" && session.NoResponse(err) && e.Attempts < maxLost:
		return r.again(e, err) // the membership is read before another request
	case sent.UserID != "" && session.NoResponse(err):
		return r.ended(e, store.Uncertain, &UncertainError{Address: string(sent.UserID), Err: err})
	}
	return r.ended(e, store.Failed, err)
}

// again returns an entry that stays queued. Its error keeps the others from being sent.
func (r *Runner) again(e envelope, err error) outcome {
	o := r.ended(e, store.Queued, err)
	o.err = err
	return o
}

// notSent reports whether the servers did not carry out a request, for a reason that
// concerns other invites, too, and that passes.
func notSent(err error) bool {
	return is[*RateLimitError](err) || is[*SignedOutError](err) || is[*UnreachableError](err) ||
		is[*RenewalError](err) || is[*AccountLockedError](err) || is[*TermsError](err) || identity.HasCode(err, "M_UNAUTHORIZED") ||
		fateOf(err) == passing
}

// ended returns an entry with a new state.
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

// save stores an outcome and returns it. Nothing else is sent until the outcome is
// stored, for example when the disk is full.
func (r *Runner) save(ctx context.Context, o outcome) (*Turn, error) {
	r.unsaved = &o
	if err := unlessChanged(r.write(context.WithoutCancel(ctx), o)); err != nil {
		return nil, err
	}
	r.unsaved = nil
	if o.State == store.Uncertain || o.State == store.Sent && o.Token == "" {
		r.mustSync = true // so that the next one is not mistaken for this one
	}
	r.a.book.add(o.Room, o.Token, o.payload.record())
	if o.err != nil {
		return nil, o.err
	}
	return &Turn{Item: r.a.item(o.envelope)}, nil
}

// write stores an entry, and its address in the address book.
func (r *Runner) write(ctx context.Context, o outcome) error {
	var book []store.Address
	if o.Token != "" && (o.State == store.Sent || o.payload.Mail) && !r.a.opt.NoAddressBook {
		book = append(book, r.a.data.encryptAddress(o.Room, o.Token, o.payload.record()))
	}
	r.read = false
	return r.a.opt.Store.Advance(ctx, r.a.storeKey(), []store.State{o.was}, []store.Entry{r.a.data.encrypt(o.envelope)}, book...)
}

// clarify determines the state of an entry that a program was sending when it ended.
func (r *Runner) clarify(ctx context.Context, e envelope) (*Turn, error) {
	if e.payload.invitee() == (recipients.Invitee{}) {
		return r.save(ctx, r.ended(e, store.Uncertain, errInterrupted))
	}
	if e.payload.Mail && e.Token != "" {
		return r.save(ctx, r.ended(e, store.Uncertain, &UnmailedError{Uncertain: true, Err: errInterrupted}))
	}
	if e.UserID != "" || e.to().Link {
		// The membership, or the state of the room, is read before another request.
		return r.save(ctx, r.ended(e, store.Queued, nil))
	}
	r.mustSync = true // the homeserver may be down
	if _, err := r.syncIfOld(ctx); err != nil {
		return nil, err
	}
	token, err := r.a.findSent(ctx, Plan{Room: Room{ID: e.Room}, Address: e.payload.threePID()}, r.a.otherTokens(e))
	if err != nil && !is[*ServerError](err) {
		return nil, err
	}
	o := r.ended(e, store.Uncertain, &UncertainError{Address: e.payload.Address, Err: errInterrupted})
	if token != "" {
		e.Token = token
		o = r.ended(e, store.Sent, nil)
	}
	r.learn(o, e.Changed, nil) // the program may have ended before it stored the request
	return r.save(ctx, o)
}

// noticeSent finds uncertain entries that the room shows as sent. If fewer invites than
// entries match, it is not certain which entry was sent.
func (r *Runner) noticeSent(ctx context.Context) (*Turn, error) {
	var uncertain []envelope
	shown := map[int64][]string{}  // tokens by entry
	claims := map[string][]int64{} // entries by token
	rooms := map[id.RoomID][]invite.Invite{}
	for _, e := range r.entries {
		if e.State != store.Uncertain || e.payload.Address == "" || e.payload.Key != "" {
			continue // or the room shows the invite, but not whether its link was mailed
		}
		uncertain = append(uncertain, e)
		if _, known := rooms[e.Room]; !known {
			rooms[e.Room] = r.a.ownInvites(e.Room)
		}
		other := r.a.otherTokens(e)
		for _, i := range rooms[e.Room] {
			if !other[i.Token] && invite.Matches(i.DisplayName, e.payload.Address) {
				shown[e.ID] = append(shown[e.ID], i.Token)
				claims[i.Token] = append(claims[i.Token], e.ID)
			}
		}
	}
	for _, e := range uncertain {
		competing := map[int64]bool{}
		for _, token := range shown[e.ID] {
			for _, n := range claims[token] {
				competing[n] = true
			}
		}
		if len(shown[e.ID]) == 0 || len(shown[e.ID]) < len(competing) {
			continue
		}
		e.Token = shown[e.ID][0]
		return r.save(ctx, r.ended(e, store.Sent, nil))
	}
	return nil, nil
}

// otherTokens returns the tokens of invites that cannot be e: they were in the room
// before e was sent, or their address is known.
func (a *Account) otherTokens(e envelope) map[string]bool {
	other := a.book.tokens(e.Room)
	for _, token := range e.payload.Before {
		other[token] = true
	}
	return other
}

// ownInvites returns the invites of a room that the account sent.
func (a *Account) ownInvites(room id.RoomID) []invite.Invite {
	return slices.DeleteFunc(a.Invites(room), func(i invite.Invite) bool { return i.Sender != a.session.UserID })
}

// tokensOfAddress returns the tokens of the account's invites of a room that match an
// address.
func (a *Account) tokensOfAddress(room id.RoomID, address string) []string {
	return tokens(slices.DeleteFunc(a.ownInvites(room), func(i invite.Invite) bool { return !invite.Matches(i.DisplayName, address) }))
}

// syncIfOld syncs if the last sync is too old, and reports whether it did.
func (r *Runner) syncIfOld(ctx context.Context) (bool, error) {
	if age := r.a.opt.Now().Sub(r.a.AsOf()); !r.mustSync && age >= 0 && age < maxSyncAge {
		return false, nil
	}
	err := r.a.syncNow(ctx)
	r.mustSync = r.mustSync && err != nil
	return err == nil, err
}
