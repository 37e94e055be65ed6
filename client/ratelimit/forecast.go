package ratelimit

import (
	"time"

	"maunium.net/go/mautrix/id"
)

// A Queue counts the invites that wait to be sent: invites by e-mail, invites by
// link, and invites to Matrix users by user.
type Queue struct {
	Mails, Links int
	Users        map[id.UserID]int
}

// Add counts one more invite.
func (q *Queue) Add(to To) {
	switch {
	case to.Link:
		q.Links++
	case to.User == "":
		q.Mails++
	case q.Users == nil:
		q.Users = map[id.UserID]int{to.User: 1}
	default:
		q.Users[to.User]++
	}
}

// A forecast holds the times when the next and the last of some invites are sent.
type forecast struct {
	next, last time.Time
	unknown    bool // last is not known
}

// add adds n invites that are subject to the limit p and are sent at notBefore or
// later.
func (o *forecast) add(p *Limit, now, notBefore time.Time, n int) {
	if n == 0 {
		return
	}
	if t := latest(p.next(now), notBefore); o.next.IsZero() || t.Before(o.next) {
		o.next = t
	}
	o.last = latest(o.last, p.nth(now, n))
}

// Forecast returns when the next and the last of the queued invites can be sent.
// next is zero if the queue is empty; last is also zero if it cannot be computed.
func (p *Limits) Forecast(now time.Time, q Queue) (next, last time.Time) {
	var o forecast
	o.add(&p.Mail, now, now, q.Mails)
	o.add(&p.Link, now, now, q.Links)
	o.unknown = q.Mails > 1 && !p.Mail.known() || q.Links > 1 && !p.Link.known()
	all, free := 0, 0 // invites to Matrix users without a known limit for the user
	for user, n := range q.Users {
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
