package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/ownkey"
	"github.com/mxinvite/mxinvite/client/ratelimit"
	"github.com/mxinvite/mxinvite/client/recipients"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// An ItemState is the state of an invite in the outbox.
type ItemState = store.State

// The states of an [Item].
const (
	ItemQueued    = store.Queued
	ItemSending   = store.Sending
	ItemSent      = store.Sent
	ItemResolved  = store.Resolved // a Matrix user was invited: by Matrix ID, or because the address is bound to that user
	ItemUncertain = store.Uncertain
	ItemFailed    = store.Failed
	ItemCancelled = store.Cancelled
)

// An Item is an invite in the outbox.
type Item struct {
	Number   int64 // unique, also after items were deleted
	Room     id.RoomID
	Address  threepid.ID // zero if the invite is for a Matrix ID or a label, or if Sealed is set
	Label    string      // of a link for a person without address and Matrix ID
	Way      Way         // how the invite is sent if UserID is empty
	Name     string      // name of the invitee, if the inviter entered it
	State    ItemState
	QueuedAt time.Time
	Changed  time.Time // time of the last change of the state
	Attempts int
	UserID   id.UserID // the invited user; then no e-mail is sent
	Token    string    // token of the invite in the room; empty if not known yet

	// Sealed is set if the invitee is not known, because the encryption key is lost.
	Sealed bool

	// Reason is why the invite is uncertain or failed, or the error of the last
	// attempt. Advice says what the user can do.
	Reason string
	Advice Advice
}

// Invitee returns the invitee; zero if Sealed is set.
func (i Item) Invitee() recipients.Invitee {
	switch {
	case i.Sealed:
		return recipients.Invitee{}
	case i.Address.Address != "":
		return recipients.Invitee{Address: i.Address}
	case i.Label != "":
		return recipients.Invitee{Label: i.Label}
	}
	return recipients.Invitee{UserID: i.UserID}
}

// InRoom reports whether the account issued the invite itself [ByMail] and it is in the
// room, even if the mail failed.
func (i Item) InRoom() bool { return i.Way == ByMail && i.UserID == "" && i.Token != "" }

// to says which rate limits apply.
func (i Item) to() ratelimit.To {
	return ratelimit.To{User: i.UserID, Link: i.UserID == "" && i.Way.issues()}
}

// An Outbox is the list of invites that are queued, sent, failed or cancelled.
type Outbox struct {
	Items  []Item // the oldest first
	Paused bool
	Stall  Stall // why nothing is sent; also if the user has not paused the outbox
	// Sender is the program that is sending; empty if there is none.
	Sender string
	// Next is the time when the next invite is sent, and Last when the last one is, if
	// a program is sending. They are zero if no invite is queued; Last is also zero if
	// it cannot be computed.
	Next, Last time.Time

	queued ratelimit.Queue
	mails  []time.Time // when the links of invites that are in the room may be mailed
	limits ratelimit.Limits
}

// Count returns the number of items in the given states.
func (o Outbox) Count(states ...ItemState) int {
	n := 0
	for _, i := range o.Items {
		if slices.Contains(states, i.State) {
			n++
		}
	}
	return n
}

// Finished returns the number of items that [Account.ClearOutbox] deletes.
func (o Outbox) Finished() int { return o.Count(finished()...) }

// finished returns the states that do not change any more.
func finished() []store.State {
	return []store.State{store.Sent, store.Resolved, store.Failed, store.Cancelled}
}

// ErrNoStore says that the account has no store. Sending needs one.
var ErrNoStore = errors.New("the store cannot be written, so nothing is sent")

// ErrNotWaiting says that the state of an item does not allow the change.
var ErrNotWaiting = errors.New("its state has changed meanwhile")

// Enqueue adds plans to the outbox in their order; a [Runner] sends them. A plan is
// left out if the outbox has an invite for the same invitee and room. It returns the
// new items.
func (a *Account) Enqueue(ctx context.Context, plans []Plan) ([]Item, error) {
	if a.opt.Store == nil {
		return nil, ErrNoStore
	}
	now := a.opt.Now()
	entries := make([]store.Entry, len(plans))
	for n, p := range plans {
		who := p.Invitee()
		l := payload{Medium: who.Address.Medium, Address: who.Address.Address, UserID: who.UserID, Label: who.Label, Name: p.Name, Similar: p.known(), ToReplaced: p.ToReplaced}
		if p.to().Link {
			// Before the first request, so that a repeated request has the same key.
			issued := ownkey.New()
			l.Key, l.Token, l.Mail = issued.PrivateKey, issued.Token, p.Way == ByMail
			var err error
			if l.Signed, err = a.signLink(p, issued); err != nil {
				return nil, err
			}
		}
		entries[n] = a.data.encrypt(envelope{store.Entry{
			Room: p.Room.ID, Mark: a.data.mark(p.Room.ID, who), State: store.Queued,
			QueuedAt: now, Changed: now, UserID: p.UserID,
		}, l})
	}
	if err := a.opt.Store.Enqueue(ctx, a.storeKey(), entries); err != nil {
		return nil, err
	}
	a.wakeRunner()
	var items []Item
	for _, e := range entries {
		if e.ID != 0 {
			items = append(items, a.item(a.data.decrypt(e)))
		}
	}
	return items, nil
}

// Outbox returns the outbox.
func (a *Account) Outbox(ctx context.Context) (Outbox, error) {
	if a.opt.Store == nil {
		return Outbox{}, nil
	}
	entries, err := a.opt.Store.Outbox(ctx, a.storeKey())
	if err != nil {
		return Outbox{}, err
	}
	var o Outbox
	for _, e := range entries {
		opened := a.data.decrypt(e)
		i := a.item(opened)
		a.bookEntry(opened) // another program may have sent it
		o.Items = append(o.Items, i)
		switch {
		case opened.mails():
			o.mails = append(o.mails, opened.payload.NotBefore)
		case i.State == ItemQueued:
			o.queued.Add(i.to())
		}
	}
	if o.Paused, err = a.paused(ctx); err != nil {
		return o, err
	}
	if o.Stall, err = a.stall(ctx); err != nil {
		return o, err
	}
	if o.Sender, err = a.sender(ctx); err != nil {
		return o, err
	}
	limits, err := a.loadLimits(ctx)
	if err != nil {
		return o, err
	}
	o.limits = *limits
	o.Next, o.Last = o.Forecast(a.opt.Now(), nil)
	return o, nil
}

func (a *Account) item(e envelope) Item {
	l := e.payload
	return Item{
		Number: e.ID, Room: e.Room, Address: l.threePID(), Label: l.Label, Way: l.way(), Name: l.Name, State: e.State,
		QueuedAt: e.QueuedAt, Changed: e.Changed, Attempts: e.Attempts, Sealed: l.invitee() == recipients.Invitee{},
		UserID: e.UserID, Token: e.Token, Reason: l.Reason, Advice: l.Advice,
	}
}

// Cancel cancels queued items. If one of them is being sent or was sent, none is
// cancelled, and the error is [ErrNotWaiting].
func (a *Account) Cancel(ctx context.Context, numbers ...int64) error {
	return a.move(ctx, numbers, store.Cancelled, store.Queued)
}

// Retry queues failed, cancelled and uncertain items again. An uncertain invite may be
// sent a second time.
func (a *Account) Retry(ctx context.Context, numbers ...int64) error {
	return a.move(ctx, numbers, store.Queued, store.Failed, store.Cancelled, store.Uncertain)
}

// MarkSent changes the state of uncertain items to sent.
func (a *Account) MarkSent(ctx context.Context, numbers ...int64) error {
	return a.move(ctx, numbers, store.Sent, store.Uncertain)
}

// ClearOutbox deletes the items whose state does not change any more. The address book
// is kept.
func (a *Account) ClearOutbox(ctx context.Context) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	return a.opt.Store.Clear(ctx, a.storeKey(), finished()...)
}

// move changes the state of all items, or of none if an item is not in one of the
// states in from.
func (a *Account) move(ctx context.Context, numbers []int64, to store.State, from ...store.State) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	all, err := a.opt.Store.Outbox(ctx, a.storeKey())
	if err != nil {
		return err
	}
	byNumber := make(map[int64]store.Entry, len(all))
	for _, e := range all {
		byNumber[e.ID] = e
	}
	pending := map[id.RoomID]*pendingInvites{}
	var moved []store.Entry
	for _, number := range numbers {
		found, ok := byNumber[number]
		if !ok {
			return fmt.Errorf("number %d in the outbox: %w", number, ErrNotWaiting)
		}
		e := a.data.decrypt(found)
		e.State, e.Changed = to, a.opt.Now()
		e.payload.forget()
		if to == store.Queued {
			if e.payload.Advice.Kind == HintReplaced {
				e.payload.ToReplaced = true // the user has read that the room was replaced
			}
			// The user saw these invites and decided to try again.
			e.payload.Reason, e.payload.Advice = "", Advice{}
			e.payload.Deferrals, e.payload.NotBefore = 0, time.Time{}
			if pending[e.Room] == nil {
				pending[e.Room] = a.pending(e.Room)
			}
			e.payload.Similar = tokens(append(pending[e.Room].to(e.payload.threePID()), pending[e.Room].labelled(e.payload.Label)...))
		}
		moved = append(moved, a.data.encrypt(e))
	}
	err = a.opt.Store.Advance(ctx, a.storeKey(), from, moved)
	if errors.Is(err, store.ErrChanged) {
		return ErrNotWaiting
	}
	a.wakeRunner()
	return err
}

const notePaused = "paused"

// PauseOutbox makes all programs stop sending, or continue if pause is false.
func (a *Account) PauseOutbox(ctx context.Context, pause bool) error {
	if a.opt.Store == nil {
		return ErrNoStore
	}
	value := ""
	if pause {
		value = "1"
	}
	err := a.opt.Store.SetNote(ctx, a.storeKey(), notePaused, []byte(value))
	if s, stallErr := a.stall(ctx); !pause && err == nil && stallErr == nil && s.Decision() {
		err = a.setStall(ctx, Stall{}) // a wait that a server requested goes on
	}
	a.wakeRunner()
	return err
}

func (a *Account) paused(ctx context.Context) (bool, error) {
	value, err := a.opt.Store.Note(ctx, a.storeKey(), notePaused)
	return len(value) > 0, err
}

// wakeRunner makes the runner of this program read the outbox.
func (a *Account) wakeRunner() {
	select {
	case a.outboxChanged <- struct{}{}:
	default: // it has been woken already
	}
}

// Forecast returns the times when the next and the last invite would be sent if the
// outbox also had these plans. The times are zero if nothing is queued; last is also
// zero if it cannot be computed.
func (o Outbox) Forecast(now time.Time, plans []Plan) (next, last time.Time) {
	q := ratelimit.Queue{Mails: o.queued.Mails, Links: o.queued.Links, Users: maps.Clone(o.queued.Users)}
	for _, p := range plans {
		q.Add(p.to())
	}
	next, last = o.limits.Forecast(now, q)
	for _, due := range o.mails {
		if due.Before(now) {
			due = now
		}
		switch {
		case next.IsZero():
			next, last = due, due
		case due.Before(next):
			next = due
		case due.After(last) && !last.IsZero():
			last = due
		}
	}
	if until := o.Stall.Until(); !next.IsZero() && until.After(next) {
		next = until
		if !last.IsZero() && last.Before(next) {
			last = next
		}
	}
	return next, last
}
