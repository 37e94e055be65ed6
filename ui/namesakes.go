package ui

import (
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// namesakes are invites that look alike in their room, with how many went to
// which address; "" stands for those of which that is not known.
type namesakes map[namesake]map[string]int

type namesake struct {
	room   id.RoomID
	name   string
	sender id.UserID
}

func namesakeOf(i invite.Invite) namesake { return namesake{i.RoomID, i.DisplayName, i.Sender} }

// lookAlike reports whether an invite is warned of for its name alone.
func lookAlike(w invite.Warning) bool { return w == invite.Duplicate || w == invite.RejoinHazard }

// namesakes finds those among some invites that look alike.
func (sh *shell) namesakes(invites []invite.Invite) namesakes {
	all := namesakes{}
	for _, i := range invites {
		if i.Status != invite.Joined && !slices.ContainsFunc(i.Warnings, lookAlike) {
			continue
		}
		n := namesakeOf(i)
		if all[n] == nil {
			all[n] = map[string]int{}
		}
		address, _ := sh.account.AddressOf(i.RoomID, i.Token)
		all[n][address.Address]++
	}
	return all
}

// apart reports whether an invite is known to be to somebody else than those
// that look like it.
func (ns namesakes) apart(i invite.Invite, address string) bool {
	like := ns[namesakeOf(i)]
	return address != "" && like[""] == 0 && like[address] < 2
}

// warnings leaves out what is warned of for a name alone where more is known.
func (ns namesakes) warnings(i invite.Invite, address string, warnings []invite.Warning) []invite.Warning {
	if !slices.ContainsFunc(warnings, lookAlike) || !ns.apart(i, address) {
		return warnings
	}
	return slices.DeleteFunc(slices.Clone(warnings), lookAlike)
}
