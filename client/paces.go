package client

import (
	"context"
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/store"
)

// Servers limit mails and invites to Matrix IDs apart from each other
// (Synapse: rc_third_party_invite and rc_invites).
type paces struct{ Mail, User pace }

const notePaces = "paces"

// of is the pace that an entry goes by, as far as is known before it goes.
func (p *paces) of(e store.Entry) *pace {
	if e.UserID != "" {
		return &p.User
	}
	return &p.Mail
}

// settle brings the paces in line with the clock, and reports whether that
// changed anything.
func (p *paces) settle(now time.Time) bool {
	mail, user := p.Mail.settle(now), p.User.settle(now)
	return mail || user
}

// queued is how many wait at each of the paces.
type queued struct{ mails, users int }

func (q *queued) add(user id.UserID) {
	if user != "" {
		q.users++
	} else {
		q.mails++
	}
}

// outlook is when the next of what is queued goes and when the last; zero if
// none waits, and the last if nobody can tell.
func (p *paces) outlook(now time.Time, q queued) (next, last time.Time) {
	known := true
	for pace, n := range map[*pace]int{&p.Mail: q.mails, &p.User: q.users} {
		if n == 0 {
			continue
		}
		if t := pace.next(now); next.IsZero() || t.Before(next) {
			next = t
		}
		last = latest(last, pace.nth(now, n))
		known = known && (n == 1 || pace.known())
	}
	if !known {
		last = time.Time{}
	}
	return next, last
}

// Outlook is when the next of everything in the outbox would go, and when the last,
// if these plans were in it as well, as far as can be told now; zero if nothing
// waits, and the last if nobody can tell.
func (o Outbox) Outlook(now time.Time, plans []Plan) (next, last time.Time) {
	q := o.queued
	for _, p := range plans {
		q.add(p.UserID)
	}
	return o.paces.outlook(now, q)
}

func (a *Account) loadPaces(ctx context.Context) (*paces, error) {
	p := new(paces)
	value, err := a.opt.Store.Note(ctx, a.storeKey(), notePaces)
	if err == nil && json.Unmarshal(value, p) != nil {
		*p = paces{} // to be learned again
	}
	return p, err
}

func (a *Account) savePaces(ctx context.Context, p *paces) error {
	value, _ := json.Marshal(p) // of numbers and times: cannot fail
	return a.opt.Store.SetNote(ctx, a.storeKey(), notePaces, value)
}
