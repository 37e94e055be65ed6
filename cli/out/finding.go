package out

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

// A Finding is an invite with all that is known of it at the moment.
type Finding struct {
	Invite              invite.Invite
	RoomName, RoomLabel string // as the room is called, and in short; empty if it has no name
	RoomAlias           id.RoomAlias
	invite.Judgement
	Facts invite.Facts // that it was judged by
	// Certain is set if the status is more than how things look (see
	// [client.Room.Certain]).
	Certain bool
	Address string // address of the invitee; empty if unknown
	// ReplacedBy says which room replaces that of the invite; empty if none does.
	ReplacedBy string
}

// FindingOf is what an account knows of an invite, with its facts of the moment.
func FindingOf(account *client.Account, facts invite.Facts, room client.Room, i invite.Invite) Finding {
	f := Finding{Invite: i, RoomName: room.Name, RoomLabel: room.Label(), RoomAlias: room.Alias, Certain: room.Certain(i)}
	to, _ := account.AddressOf(i.RoomID, i.Token)
	f.Address = to.Address
	if room.Replaced {
		f.ReplacedBy = ReplacedText(account, room)
	}
	return f.Judged(facts)
}

// ReplacedText says that a room was replaced, and by which room.
func ReplacedText(account *client.Account, room client.Room) string {
	by, joined := account.Successor(room)
	name := Cut(by.Name, NameWidth)
	if joined {
		name += " (" + string(by.ID) + ")"
	}
	return wording.Replaced(Cut(room.Name, NameWidth), name, joined)
}

// Judged is the finding with what the facts make of it.
func (f Finding) Judged(facts invite.Facts) Finding {
	f.Facts, f.Judgement = facts, f.Invite.Judge(facts)
	return f
}

// NeedsLook reports whether a user should look at the invite.
func (f Finding) NeedsLook() bool { return f.Invite.NeedsLook(f.Verdict, f.Warnings) }

// FaultsCell has for users why they should look at the invite, and for scripts all
// its warnings.
func FaultsCell(f Finding) Cell {
	var faults []string
	for _, t := range wording.Faults(f.Invite, f.Verdict, f.Warnings) {
		faults = append(faults, t.Word)
	}
	return Cell{Shown: strings.Join(faults, ", "), Exact: Join(f.Warnings, ","), Role: Warn}
}
