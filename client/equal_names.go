package client

import (
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A nameKey is the display name of an invite in a room, with its sender and its
// address.
type nameKey struct {
	room    id.RoomID
	name    string
	sender  id.UserID
	address string // empty if not known
}

// nameCounts has the number of pending invites and of joined invitees for each nameKey.
// It decides which warnings about equal display names apply.
type nameCounts map[nameKey]struct{ pending, joined int }

func (a *Account) nameCounts() nameCounts {
	all := nameCounts{}
	for _, i := range a.Newest() {
		if i.Status != invite.Joined && !i.HasNameWarning() {
			continue
		}
		n := a.nameKeyOf(*i)
		like := all[n]
		switch i.Status {
		case invite.Pending:
			like.pending++
		case invite.Joined:
			like.joined++
		default:
		}
		all[n] = like
	}
	return all
}

func (a *Account) nameKeyOf(i invite.Invite) nameKey {
	to, _ := a.AddressOf(i.RoomID, i.Token)
	return nameKey{i.RoomID, i.DisplayName, i.Sender, to.Canonical().Address}
}

// otherPerson returns a function for [invite.Facts.OtherPerson]: it reports whether the
// other invites that a warning is about are known to be for other addresses. It reads
// the invites once, in the first call.
func (a *Account) otherPerson() func(invite.Invite, invite.Warning) bool {
	counts := sync.OnceValue(a.nameCounts)
	return func(i invite.Invite, w invite.Warning) bool {
		me := a.nameKeyOf(i)
		if me.address == "" {
			return false
		}
		noAddress := me
		noAddress.address = ""
		same, unknown := counts()[me], counts()[noAddress]
		if w == invite.RejoinHazard {
			return same.joined+unknown.joined == 0
		}
		return same.pending < 2 && unknown.pending == 0
	}
}
