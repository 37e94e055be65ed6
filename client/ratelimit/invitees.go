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

// invitees are the limits of single users: Synapse limits how often a user is
// invited (rc_invites.per_user), whatever the room and the sender.
type invitees map[id.UserID]*Limit

// mostInvitees is how many are kept.
const mostInvitees = 100

// invitee returns the limit of a user, which is new if there was none.
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

// leastUseful is the user whose limit says least: of those never refused, whose
// Empty is zero, the one invited longest ago; else the one whose bucket is empty
// first.
func (v invitees) leastUseful() id.UserID {
	return slices.MinFunc(slices.Collect(maps.Keys(v)), func(a, b id.UserID) int {
		return cmp.Or(v[a].Empty.Compare(v[b].Empty), v[a].Last.Compare(v[b].Last), cmp.Compare(a, b))
	})
}

// settle brings the limits in line with the clock, forgets those that are out of
// date, and reports whether that changed anything.
func (v invitees) settle(now time.Time) (changed bool) {
	for user, p := range v {
		if p.settle(now) {
			changed = true
		}
		if !p.known() && !p.inOneGo(now) {
			delete(v, user)
			changed = true
		}
	}
	return changed
}

// sealedAs is the label of sealed limits of invitees.
const sealedAs = "paces"

// seal returns nil if there are no invitees.
func (v invitees) seal(key seal.Key) []byte {
	if len(v) == 0 {
		return nil
	}
	text, _ := json.Marshal(v) // of strings, numbers and times: cannot fail
	return key.Seal(sealedAs, text)
}

// openInvitees returns nil if they were sealed with another key.
func openInvitees(key seal.Key, sealed []byte) invitees {
	var v invitees
	if text, err := key.Open(sealedAs, sealed); err != nil || json.Unmarshal(text, &v) != nil {
		return nil
	}
	maps.DeleteFunc(v, func(_ id.UserID, p *Limit) bool { return p == nil })
	return v
}
