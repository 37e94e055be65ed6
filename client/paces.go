package client

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/store"
)

// paces are the limits of a server that are known. Servers limit mails and
// ordinary invites apart from each other (Synapse: rc_third_party_invite and
// rc_invites), and ordinary invites also by invitee.
type paces struct {
	Mail, User pace

	// Row is how many invitees were refused in a row, each for its own limit,
	// with no ordinary invite accepted since.
	Row int `json:",omitempty"`

	// Sealed is invitees as it is stored.
	Sealed   []byte `json:",omitempty"`
	invitees invitees
}

const notePaces = "paces"

const (
	// shortWait is a wait that may hold up all ordinary invites, even if it is
	// the limit of one invitee. In Synapse the limits by room and by sender ask
	// for 3.3 seconds, and the limit by invitee for 333 seconds.
	shortWait = 10 * time.Second
	// mostInRow is how many invitees in a row may be refused, each for its own
	// limit, while the limit of all ordinary invites is not known. The refusal
	// after them is treated as that limit.
	mostInRow = 10
)

// of is the pace of all invites of an entry's kind. The kind of an address is a
// guess until it is sent.
func (p *paces) of(user id.UserID) *pace {
	if user != "" {
		return &p.User
	}
	return &p.Mail
}

// next is when an invite may be sent; user is empty for an e-mail.
func (p *paces) next(now time.Time, user id.UserID) time.Time {
	due := p.of(user).next(now)
	if own := p.invitees[user]; own != nil {
		return latest(due, own.next(now))
	}
	return due
}

// sent records that the server accepted an invite. For an invitee that more
// invites wait for, it is counted towards the invitee's limit as well.
func (p *paces) sent(user id.UserID, more bool, began, now time.Time) {
	p.of(user).sent(began, now)
	if user == "" {
		return
	}
	p.Row = 0
	if more || p.invitees[user] != nil {
		p.invitee(user).sent(began, now)
	}
}

// refused records that the server accepts no invite for retryAfter: to the same
// user, or of the same kind.
func (p *paces) refused(user id.UserID, began, now time.Time, retryAfter time.Duration) {
	if !p.onlyInvitee(user, began, retryAfter) {
		p.of(user).refused(began, now, retryAfter)
		return
	}
	p.Row++
	p.invitee(user).refused(began, now, retryAfter)
	// Synapse has counted it for the room by then:
	// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/room_member.py (ratelimit_invite)
	p.User.counted(now)
}

// onlyInvitee reports whether a refusal is treated as the limit of one invitee.
// The answer does not say which limit was exceeded. If it was another one, the
// next invitee is refused as well.
func (p *paces) onlyInvitee(user id.UserID, began time.Time, retryAfter time.Duration) bool {
	if user == "" || retryAfter <= max(shortWait, 2*p.User.Interval) {
		return false
	}
	own := p.invitees[user]
	switch {
	case own == nil, !own.known() && !own.inOneGo(began):
		return p.Row == 0 // nothing was sent to them, as far as is known
	case p.User.known():
		return true // the wait is longer than that limit asks for
	case own.known():
		return p.Row == 0 // their own limit should have had room
	default:
		return p.Row < mostInRow
	}
}

// settle brings the paces in line with the clock, and reports whether that
// changed anything.
func (p *paces) settle(now time.Time) bool {
	mail, user, invitees := p.Mail.settle(now), p.User.settle(now), p.invitees.settle(now)
	if len(p.invitees) == 0 {
		p.Row = 0
	}
	return mail || user || invitees
}

// learn takes in what an answer says of how often the servers take one.
func (r *Runner) learn(o outcome, began time.Time, err error) {
	now, user := r.a.opt.Now(), o.UserID
	limit, limited := errors.AsType[*RateLimitError](err)
	switch {
	case o.State == store.Sent || o.State == store.Resolved:
		r.paces.sent(user, r.moreFor(o), began, now)
	case limited && limit.RetryAfter > 0:
		r.paces.refused(user, began, now, limit.RetryAfter)
	case limited:
		r.paces.of(user).stalled(now, firstStall)
	case is[*IdentityTroubleError](err):
		r.paces.of(user).stalled(now, identityStall)
	case o.State == store.Uncertain || o.State == store.Failed:
		r.paces.sent(user, r.moreFor(o), began, now) // it may have been counted
	default:
		return
	}
	r.learned = true
}

// moreFor reports whether other invites to the same user are queued.
func (r *Runner) moreFor(o outcome) bool {
	return o.UserID != "" && slices.ContainsFunc(r.entries, func(e envelope) bool {
		return e.ID != o.ID && e.UserID == o.UserID && e.State == store.Queued
	})
}

func (a *Account) loadPaces(ctx context.Context) (*paces, error) {
	p := new(paces)
	value, err := a.opt.Store.Note(ctx, a.storeKey(), notePaces)
	if err == nil && json.Unmarshal(value, p) != nil {
		*p = paces{} // to be learned again
	}
	p.invitees = a.openInvitees(p.Sealed)
	return p, err
}

func (a *Account) savePaces(ctx context.Context, p *paces) error {
	p.Sealed = a.sealInvitees(p.invitees)
	value, _ := json.Marshal(p) // of numbers and times: cannot fail
	return a.opt.Store.SetNote(ctx, a.storeKey(), notePaces, value)
}
