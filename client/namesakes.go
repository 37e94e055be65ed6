package client

import (
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A namesake is whoever an invite to a name in a room, by one sender, may be to.
type namesake struct {
	room    id.RoomID
	name    string
	sender  id.UserID
	address string // "" for those of which it is not known
}

// namesakes are the invites that are warned of for their names alone, and those
// that they are warned of.
type namesakes map[namesake]struct{ pending, joined int }

func (a *Account) namesakes() namesakes {
	all := namesakes{}
	for _, i := range a.Invites() {
		if i.Status != invite.Joined && !i.HasNameWarning() {
			continue
		}
		n := a.namesakeOf(i)
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

func (a *Account) namesakeOf(i invite.Invite) namesake {
	to, _ := a.AddressOf(i.RoomID, i.Token)
	return namesake{i.RoomID, i.DisplayName, i.Sender, to.Canonical().Address}
}

// apart returns what tells whether the others that an invite is warned of are
// known to be to somebody else. The invites are looked through when it is first
// asked, and once.
func (a *Account) apart() func(invite.Invite, invite.Warning) bool {
	all := sync.OnceValue(a.namesakes)
	return func(i invite.Invite, w invite.Warning) bool {
		me := a.namesakeOf(i)
		if me.address == "" {
			return false
		}
		nobody := me
		nobody.address = ""
		same, unknown := all()[me], all()[nobody]
		if w == invite.RejoinHazard {
			return same.joined+unknown.joined == 0
		}
		return same.pending < 2 && unknown.pending == 0
	}
}
