// Package invite reads a room's third-party invites out of its state events:
// which there are, who sent them, and what became of each. It is pure. Events
// go in, invites come out, and neither clock nor network has a say.
package invite

import (
	"time"

	"maunium.net/go/mautrix/id"
)

// An Invite is an m.room.third_party_invite of a room, and what is known of
// its fate (https://spec.matrix.org/v1.19/client-server-api/#third-party-invites).
type Invite struct {
	RoomID id.RoomID
	// Token is the event's state key. It names the invite within its room.
	Token   string
	EventID id.EventID // the event now in state

	// DisplayName is what the identity server left of the address, such as
	// "gra...@nav...". Many addresses share one, so it names nobody.
	DisplayName string
	Sender      id.UserID // of the event, or what it was before; empty when only its revocation is known
	SentAt      time.Time // when; zero when only its revocation is known
	Keys        []Key
	// OriginalSender is who first sent it, if somebody else has overwritten the
	// event since.
	OriginalSender id.UserID

	Status     Status
	Acceptance *Acceptance // who took it, if anybody did
	Revocation *Revocation // who took it back, if anybody did
	Warnings   []Warning
}

// Status says what became of an invite.
type Status string

// An invite is in one of these states.
const (
	Pending   Status = "pending"   // nobody took it yet
	Invited   Status = "invited"   // a Matrix ID took it and has not joined yet
	Joined    Status = "joined"    // who took it is in the room
	Left      Status = "left"      // who took it left, declined, or was kicked
	Banned    Status = "banned"    // who took it was banned
	Revoked   Status = "revoked"   // taken back: the event holds no key any more
	Malformed Status = "malformed" // the event holds no key that could verify anything
)

// Statuses lists every Status in the order people ask for them.
func Statuses() []Status {
	return []Status{Pending, Invited, Joined, Left, Banned, Revoked, Malformed}
}

// Live reports whether somebody could still take the invite for the first time.
func (i Invite) Live() bool { return i.Status == Pending }

// At is when the invite was sent or, if only its revocation is known, when that was.
func (i Invite) At() time.Time {
	if i.SentAt.IsZero() && i.Revocation != nil {
		return i.Revocation.At
	}
	return i.SentAt
}

// A Revocation tells who took an invite back.
type Revocation struct {
	Sender id.UserID
	At     time.Time
}
