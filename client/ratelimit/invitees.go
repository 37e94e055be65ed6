package ratelimit

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// invitees has the limits of invitees: Synapse limits how often a user is invited,
// by all senders to all rooms (rc_invites.per_user).
type invitees map[id.UserID]*Limit

// mostInvitees is the maximum number of invitees.
const mostInvitees = 100

// invitee returns the limit of a user, which is created if necessary.
func (p *Limits) invitee(user id.UserID) *Limit {
	if own := p.invitees[user]; own != nil {
		return own
	}
	if p.invitees == nil {
		p.invitees = invitees{}
	}
	if len(p.invitees) >= mostInvitees {
		delete(p.invitees, p.invitees.leastUseful())
	}
	p.invitees[user] = new(Limit)
	return p.invitees[user]
}

// leastUseful returns the user whose limit is removed first: a user who was never
// refused, whose Empty is zero, and was invited the longest ago, or else the user
// whose bucket will be empty first.
func (v invitees) leastUseful() id.UserID {
	return slices.MinFunc(slices.Collect(maps.Keys(v)), func(a, b id.UserID) int {
		return cmp.Or(v[a].Empty.Compare(v[b].Empty), v[a].Last.Compare(v[b].Last), cmp.Compare(a, b))
	})
}

// settle adjusts the limits after a change of the clock and removes outdated ones.
// It reports whether anything changed.
func (v invitees) settle(now time.Time) (changed bool) {
	for user, p := range v {
		if p.settle(now) {
			changed = true
		}
		if !p.known() && !p.recent(now) {
			delete(v, user)
			changed = true
		}
	}
	return changed
}

// sealedAs is the label that the encrypted limits are bound to.
const sealedAs = "paces"

// seal encrypts the limits. It returns nil if there are none.
func (v invitees) seal(key seal.Key) []byte {
	if len(v) == 0 {
		return nil
	}
	text, _ := json.Marshal(v) // cannot fail: the values are strings, numbers and times
	return key.Seal(sealedAs, text)
}

// openInvitees decrypts limits. It returns nil if the key is wrong.
func openInvitees(key seal.Key, sealed []byte) invitees {
	var v invitees
	if text, err := key.Open(sealedAs, sealed); err != nil || json.Unmarshal(text, &v) != nil {
		return nil
	}
	maps.DeleteFunc(v, func(_ id.UserID, p *Limit) bool { return p == nil })
	return v
}
