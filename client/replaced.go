package client

import (
	"context"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Errors of moving the invites of a replaced room to the new room.
var (
	ErrNotReplaced    = errors.New("the room was not replaced by another one")
	ErrNotPending     = errors.New("it is not pending")
	ErrAddressUnknown = errors.New("its address is not known, because it was not sent from here")
)

// A ReplacedError says that a room was replaced by another one, as by an upgrade.
type ReplacedError struct {
	Room string
	By   Room // see [Account.Successor]
}

func (e *ReplacedError) Error() string {
	if e.By.ID == "" {
		return e.Room + " was replaced by another room"
	}
	return fmt.Sprintf("%s was replaced by %s", e.Room, e.By.Name)
}

// A NoSuccessorError says that the invites of a replaced room cannot be moved, because
// the account is not in the room that replaces it.
type NoSuccessorError struct {
	Room string
	By   id.RoomID // empty if it is not known
}

func (e *NoSuccessorError) Error() string {
	if e.By == "" {
		return "it is not known which room replaces " + e.Room
	}
	return fmt.Sprintf("you are not in %s, the room that replaces %s", e.By, e.Room)
}

// Successor returns the room that replaces a room. If that room was replaced as well,
// it returns the last one that the account is in. joined is false if the account is in
// none of them: then only the ID and the name, which is the ID, are set. Both are
// empty if the room was not replaced, or if it is not known by which room.
func (a *Account) Successor(of Room) (successor Room, joined bool) {
	seen := map[id.RoomID]bool{of.ID: true}
	for next := of; next.Replacement != ""; {
		if seen[next.Replacement] {
			return Room{}, false // the rooms say that they replace each other
		}
		seen[next.Replacement] = true
		r, err := a.Room(next.Replacement)
		if err != nil {
			if !joined {
				successor = Room{ID: next.Replacement, Name: string(next.Replacement)}
			}
			return successor, joined
		}
		successor, joined, next = r, true, r
	}
	return successor, joined
}

// SuccessorToInvite returns the room to which the invites of a replaced room can be
// moved. If there is none, the error says why.
func (a *Account) SuccessorToInvite(of Room) (Room, error) {
	switch successor, joined := a.Successor(of); {
	case !of.Replaced:
		return Room{}, fmt.Errorf("%s: %w", of.Name, ErrNotReplaced)
	case !joined:
		return Room{}, &NoSuccessorError{Room: of.Name, By: successor.ID}
	default:
		return successor, Plan{Room: successor, ToReplaced: true}.Err()
	}
}

// Movable returns nil if an invite of a replaced room can be moved: if it is pending, and
// its address or the label of its link is known. An upgrade of a room does not move its
// third-party invites (https://spec.matrix.org/v1.19/client-server-api/#room-upgrades),
// so moving means to invite the address to the new room and to revoke the old invite.
func (a *Account) Movable(i invite.Invite) error {
	if i.Acceptance != nil {
		return &AcceptedError{i.Acceptance.UserID}
	}
	if !i.Live() {
		return ErrNotPending
	}
	if _, known := a.AddressOf(i.RoomID, i.Token); !known && a.LabelOf(i.RoomID, i.Token) == "" {
		return ErrAddressUnknown
	}
	return nil
}

// PlanMove plans invites to a new room for the invitees of invites of a replaced room,
// in their order. Each is sent in the way of its old invite. PlanMove does not revoke the
// old invites.
func (a *Account) PlanMove(ctx context.Context, to id.RoomID, old []Resend, progress func(done int)) ([]Plan, error) {
	return a.planLikeOld(ctx, to, old, progress)
}
