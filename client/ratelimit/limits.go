package ratelimit

import (
	"encoding/json"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// Limits are the rate limits of a homeserver for invites. Servers have separate
// limits for invites by e-mail, invites to Matrix users and invites by link (Synapse:
// rc_third_party_invite, rc_invites, and rc_message for all events), and also limit how
// often the same user is invited.
type Limits struct {
	Mail, User Limit
	Link       Limit `json:",omitzero"`

	// Row is the number of refusals, since the last accepted invite to a Matrix
	// user, that were counted as caused by the limit of an invitee.
	Row int `json:",omitempty"`

	// Sealed has the encrypted limits of invitees.
	Sealed   []byte `json:",omitempty"`
	invitees invitees
}

const (
	// shortWait is the longest wait that is never attributed to an invitee. In
	// Synapse the limits by room and by sender require a wait of 3.3 seconds, and
	// the limit by invitee 333 seconds.
	shortWait = 10 * time.Second
	// mostInRow is the maximum of Row while the limit for all invites to Matrix
	// users is not known. The next refusal is attributed to that limit.
	mostInRow = 10
)

// To says how an invite is sent, which decides the limits that it is subject to. The
// zero value is an invite by e-mail.
type To struct {
	User id.UserID // an invite to a Matrix user
	Link bool      // an event of the account, and a link that it passes on; User is empty
}

// Of returns the limit for all invites of a kind. If an address is bound, the
// homeserver invites a Matrix user instead of sending an e-mail, so the limit for an
// address may be the wrong one.
func (p *Limits) Of(to To) *Limit {
	switch {
	case to.User != "":
		return &p.User
	case to.Link:
		return &p.Link
	}
	return &p.Mail
}

// Next returns when an invite may be sent.
func (p *Limits) Next(now time.Time, to To) time.Time {
	due := p.Of(to).next(now)
	if own := p.invitees[to.User]; own != nil {
		return latest(due, own.next(now))
	}
	return due
}

// Sent records that the server accepted an invite. If more is true, more invites
// to the same user are queued, and the invite is also counted for the limit of
// the invitee.
func (p *Limits) Sent(to To, more bool, began, now time.Time) {
	p.Of(to).sent(began, now)
	user := to.User
	if user == "" {
		return
	}
	p.Row = 0
	if more || p.invitees[user] != nil {
		p.invitee(user).sent(began, now)
	}
}

// Refused records that the server refused an invite, and that it will accept
// another one after retryAfter. The refusal counts for the limit of the user or
// for that of all invites of the kind.
func (p *Limits) Refused(to To, began, now time.Time, retryAfter time.Duration) {
	user := to.User
	if !p.onlyInvitee(user, began, retryAfter) {
		p.Of(to).refused(began, now, retryAfter)
		return
	}
	p.Row++
	p.invitee(user).refused(began, now, retryAfter)
	// Synapse counts the request for the room before it checks the limit of the
	// invitee:
	// https://github.com/element-hq/synapse/blob/develop/synapse/handlers/room_member.py
	// (ratelimit_invite)
	p.User.counted(now)
}

// onlyInvitee reports whether a refusal is attributed to the limit of the invitee.
// The response does not say which limit was exceeded. If it was another one, the
// next invitee is refused, too.
func (p *Limits) onlyInvitee(user id.UserID, began time.Time, retryAfter time.Duration) bool {
	if user == "" || retryAfter <= max(shortWait, 2*p.User.Interval) {
		return false
	}
	own := p.invitees[user]
	switch {
	case own == nil, !own.known() && !own.recent(began):
		return p.Row == 0 // as far as known, no invite was sent to this user
	case p.User.known():
		return true // the wait is longer than that limit requires
	case own.known():
		return p.Row == 0 // the invitee's known limit had room
	default:
		return p.Row < mostInRow
	}
}

// Settle adjusts the limits if the clock was changed, and removes outdated ones.
// It reports whether anything changed.
func (p *Limits) Settle(now time.Time) bool {
	mail, user, link, invitees := p.Mail.settle(now), p.User.settle(now), p.Link.settle(now), p.invitees.settle(now)
	if len(p.invitees) == 0 {
		p.Row = 0
	}
	return mail || user || link || invitees
}

// Lift makes room for one invite of each kind now, because the user does not want to
// wait.
func (p *Limits) Lift(now time.Time) {
	p.Mail.lift(now)
	p.User.lift(now)
	p.Link.lift(now)
	for _, own := range p.invitees {
		own.lift(now)
	}
}

// Decode returns the limits that [Limits.Encode] has encoded. It returns empty
// limits if value is empty or damaged, and no limits of invitees if the key is
// wrong.
func Decode(value []byte, key seal.Key) *Limits {
	p := new(Limits)
	if json.Unmarshal(value, p) != nil {
		*p = Limits{} // the limits will be learned again
	}
	p.invitees = openInvitees(key, p.Sealed)
	return p
}

// Encode returns the limits as JSON. The limits of invitees are encrypted with key.
func (p *Limits) Encode(key seal.Key) []byte {
	p.Sealed = p.invitees.seal(key)
	value, _ := json.Marshal(p) // cannot fail: the values are numbers and times
	return value
}
