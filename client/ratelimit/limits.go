package ratelimit

import (
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// Limits are the limits of a homeserver that are known. Servers limit mails and
// ordinary invites apart from each other (Synapse: rc_third_party_invite and
// rc_invites), and ordinary invites also by invitee.
type Limits struct {
	Mail, User Limit

	// Row is how many invitees were refused in a row, each for its own limit,
	// with no ordinary invite accepted since.
	Row int `json:",omitempty"`

	// Sealed is invitees as it is stored.
	Sealed   []byte `json:",omitempty"`
	invitees invitees
}

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

// Of is the limit of all invites of an entry's kind. The kind of an address is a
// guess until it is sent.
func (p *Limits) Of(user id.UserID) *Limit {
	if user != "" {
		return &p.User
	}
	return &p.Mail
}

// Next is when an invite may be sent; user is empty for an e-mail.
func (p *Limits) Next(now time.Time, user id.UserID) time.Time {
	due := p.Of(user).next(now)
	if own := p.invitees[user]; own != nil {
		return latest(due, own.next(now))
	}
	return due
}

// Sent records that the server accepted an invite. For an invitee that more
// invites wait for, it is counted towards the invitee's limit as well.
func (p *Limits) Sent(user id.UserID, more bool, began, now time.Time) {
	p.Of(user).sent(began, now)
	if user == "" {
		return
	}
	p.Row = 0
	if more || p.invitees[user] != nil {
		p.invitee(user).sent(began, now)
	}
}

// Refused records that the server accepts no invite for retryAfter: to the same
// user, or of the same kind.
func (p *Limits) Refused(user id.UserID, began, now time.Time, retryAfter time.Duration) {
	if !p.onlyInvitee(user, began, retryAfter) {
		p.Of(user).refused(began, now, retryAfter)
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
func (p *Limits) onlyInvitee(user id.UserID, began time.Time, retryAfter time.Duration) bool {
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

// Settle brings the limits in line with the clock, and reports whether that
// changed anything.
func (p *Limits) Settle(now time.Time) bool {
	mail, user, invitees := p.Mail.settle(now), p.User.settle(now), p.invitees.settle(now)
	if len(p.invitees) == 0 {
		p.Row = 0
	}
	return mail || user || invitees
}

// Decode returns the limits that [Limits.Encode] has written: none if value is
// empty or damaged, and those of no invitee if they were sealed with another key.
func Decode(value []byte, key seal.Key) *Limits {
	p := new(Limits)
	if json.Unmarshal(value, p) != nil {
		*p = Limits{} // to be learned again
	}
	p.invitees = openInvitees(key, p.Sealed)
	return p
}

// Encode returns the limits as they are stored, those of invitees sealed.
func (p *Limits) Encode(key seal.Key) []byte {
	p.Sealed = p.invitees.seal(key)
	value, _ := json.Marshal(p) // of numbers and times: cannot fail
	return value
}
