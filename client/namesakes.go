package client

import (
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A namesake is the display name of an invite in a room, with its sender and its
// address.
type namesake struct {
	room    id.RoomID
	name    string
	sender  id.UserID
	address string // empty if not known
}

// namesakes counts the invites with the same namesake, to decide which warnings
// about equal display names apply.
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

// apart returns a function that reports whether the other invites that a warning is
// about are known to be for other addresses. It reads the invites once, in the first
// call.
func (a *Account) apart() func(invite.Invite, invite.Warning) bool {
	all := sync.OnceValue(a.namesakes)
	return func(i invite.Invite, w invite.Warning) bool {
		me := a.namesakeOf(i)
		if me.address == "" {
			return false
		}
		noAddress := me
		noAddress.address = ""
		same, unknown := all()[me], all()[noAddress]
		if w == invite.RejoinHazard {
			return same.joined+unknown.joined == 0
		}
		return same.pending < 2 && unknown.pending == 0
	}
}
