package out

import (
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/wording"
)

// A Finding is an invite with its verdict, checks and warnings, and what is known
// about its room and invitee.
type Finding struct {
	Invite              invite.Invite
	RoomName, RoomLabel string // RoomLabel is a short name; both are empty if the room has no name
	RoomAlias           id.RoomAlias
	invite.Judgement
	Facts invite.Facts // what Judgement is based on
	// Certain is set if the status is confirmed by the room's history (see
	// [client.Room.Certain]).
	Certain bool
	Address string // address of the invitee; empty if unknown
	// OwnKey is set if this program issued the invite without an identity server.
	OwnKey bool
	Limits client.LinkLimits // of its link
	// ReplacedBy is a sentence about the room that replaces the room of the invite. It
	// is empty if the room is not replaced.
	ReplacedBy string
}

// FindingOf returns the finding of an invite, judged by the given facts.
func FindingOf(account *client.Account, facts invite.Facts, room client.Room, i invite.Invite) Finding {
	f := Finding{Invite: i, RoomName: room.Name, RoomLabel: room.Label(), RoomAlias: room.Alias, Certain: room.Certain(i)}
	to, _ := account.AddressOf(i.RoomID, i.Token)
	f.Address = to.Address
	f.OwnKey, f.Limits = account.IssuedByOwnKey(i.RoomID, i.Token), account.LinkLimits(i.RoomID, i.Token)
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

// Judged returns the finding with the verdict, checks and warnings that follow from
// the facts.
func (f Finding) Judged(facts invite.Facts) Finding {
	f.Facts, f.Judgement = facts, f.Invite.Judge(facts)
	return f
}

// NeedsLook reports whether a user should look at the invite.
func (f Finding) NeedsLook() bool { return f.Invite.NeedsLook(f.Verdict, f.Warnings) }

// FaultsCell returns, for users, the reasons to look at the invite and, for
// scripts, all warnings.
func FaultsCell(f Finding) Cell {
	var faults []string
	for _, t := range wording.Faults(f.Invite, f.Verdict, f.Warnings) {
		faults = append(faults, t.Word)
	}
	return Cell{Shown: strings.Join(faults, ", "), Exact: Join(f.Warnings, ","), Role: Warn}
}
