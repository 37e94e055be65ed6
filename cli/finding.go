package cli

import (
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A finding is an invite with all that is known of it at the moment.
type finding struct {
	invite              invite.Invite
	roomName, roomLabel string // as the room is called, and in short; empty if it has no name
	roomAlias           id.RoomAlias
	invite.Judgement
	facts invite.Facts // that it was judged by
	// certain is set if the status is more than how things look (see
	// [client.Room.Certain]).
	certain bool
	address string // whom it went to; empty if nobody here knows
}

// findingOf is what an account knows of an invite, with its facts of the moment.
func findingOf(account *client.Account, facts invite.Facts, room client.Room, i invite.Invite) finding {
	f := finding{invite: i, roomName: room.Name, roomLabel: room.Label(), roomAlias: room.Alias, certain: room.Certain(i)}
	to, _ := account.AddressOf(i.RoomID, i.Token)
	f.address = to.Address
	return f.judged(facts)
}

// judged is the finding with what the facts make of it.
func (f finding) judged(facts invite.Facts) finding {
	f.facts, f.Judgement = facts, f.invite.Judge(facts)
	return f
}

// needLook are the warnings that do not go away by themselves.
func (f finding) needLook() []invite.Warning {
	return slices.DeleteFunc(slices.Clone(f.Warnings), func(w invite.Warning) bool { return !w.Lasting() })
}
