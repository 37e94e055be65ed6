// Package invite computes the third-party invites of a room from its state events:
// their status, acceptance and revocation, and whether a homeserver would accept
// them. It makes no requests and does not read the clock.
package invite

import (
	"time"

	"maunium.net/go/mautrix/id"
)

// An Invite is an m.room.third_party_invite event, with its acceptance, revocation and
// warnings (https://spec.matrix.org/v1.19/client-server-api/#third-party-invites).
type Invite struct {
	RoomID id.RoomID
	// Token is the event's state key. It identifies the invite within its room.
	Token   string
	EventID id.EventID // ID of the current event

	// DisplayName is the shortened address that the identity server returned, such
	// as "gra...@nav...". Several addresses can have the same one.
	DisplayName string
	Sender      id.UserID // sender of the event or, if the invite was revoked, of the event before; empty if not known
	SentAt      time.Time // when the same event was sent; zero if not known
	// FirstSentAt is when the first event of the invite was sent. It differs from
	// SentAt if the event was overwritten, and is zero if the first event is not known.
	FirstSentAt time.Time
	Keys        []Key
	// OriginalSender is the first sender, if another user has overwritten the
	// event.
	OriginalSender id.UserID

	Status     Status
	Acceptance *Acceptance // nil if the invite was not accepted
	Revocation *Revocation // nil if the invite was not revoked
	Warnings   []Warning
}

// Status is the state of an invite. An invite that was accepted with a proof keeps its
// status when it is revoked afterwards: Revocation tells whether it was.
type Status string

// Statuses of an invite.
const (
	Pending   Status = "pending"   // not accepted yet
	Invited   Status = "invited"   // accepted; the user has not joined yet
	Joined    Status = "joined"    // accepted; the user is in the room
	Left      Status = "left"      // accepted; the user left, declined, or was kicked
	Banned    Status = "banned"    // accepted; the user was banned
	Revoked   Status = "revoked"   // the event has no keys any more, and no acceptance is proven
	Malformed Status = "malformed" // the event has no usable key
)

// Statuses returns all statuses in the order in which they are shown.
func Statuses() []Status {
	return []Status{Pending, Invited, Joined, Left, Banned, Revoked, Malformed}
}

// Live reports whether the invite can still be accepted for the first time.
func (i Invite) Live() bool { return i.Status == Pending }

// At returns when the invite was sent. If only its revocation is known, it returns
// when it was revoked.
func (i Invite) At() time.Time {
	if i.SentAt.IsZero() && i.Revocation != nil {
		return i.Revocation.At
	}
	return i.SentAt
}

// A Revocation says who revoked an invite, and when.
type Revocation struct {
	Sender id.UserID
	At     time.Time
}
