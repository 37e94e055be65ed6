package client

import (
	"maps"
	"time"

	"maunium.net/go/mautrix/id"
)

// queued is how many invites wait: e-mails, and ordinary ones by invitee.
type queued struct {
	mails int
	users map[id.UserID]int
}

func (q *queued) add(user id.UserID) {
	switch {
	case user == "":
		q.mails++
	case q.users == nil:
		q.users = map[id.UserID]int{user: 1}
	default:
		q.users[user]++
	}
}

// An outlook is when the next and the last of some invites go.
type outlook struct {
	next, last time.Time
	unknown    bool // when the last one goes
}

// add takes in n invites that go at a pace, but not before a time.
func (o *outlook) add(p *pace, now, notBefore time.Time, n int) {
	if n == 0 {
		return
	}
	if t := latest(p.next(now), notBefore); o.next.IsZero() || t.Before(o.next) {
		o.next = t
	}
	o.last = latest(o.last, p.nth(now, n))
}

// outlook is when the next of what is queued goes and when the last; zero if
// none waits, and the last if it cannot be known.
func (p *paces) outlook(now time.Time, q queued) (next, last time.Time) {
	var o outlook
	o.add(&p.Mail, now, now, q.mails)
	o.unknown = q.mails > 1 && !p.Mail.known()
	all, free := 0, 0 // ordinary invites, and those to invitees without a known limit
	for user, n := range q.users {
		all += n
		if own := p.invitees[user]; own != nil && own.known() {
			o.add(own, now, p.User.next(now), n)
		} else {
			free += n
		}
	}
	o.add(&p.User, now, now, free)
	if all > 0 {
		o.last = latest(o.last, p.User.nth(now, all))
	}
	if o.unknown || free > 1 && !p.User.known() {
		o.last = time.Time{}
	}
	return o.next, o.last
}

// Outlook is when the next of everything in the outbox would go, and when the last,
// if these plans were in it as well, as far as can be told now; zero if nothing
// waits, and the last if that cannot be known.
func (o Outbox) Outlook(now time.Time, plans []Plan) (next, last time.Time) {
	q := queued{mails: o.queued.mails, users: maps.Clone(o.queued.users)}
	for _, p := range plans {
		q.add(p.UserID)
	}
	return o.paces.outlook(now, q)
}
