package client

import (
	"context"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/session"
)

// Revocable returns nil if the account may revoke an invite, and otherwise the
// reason why not. A user who may invite to a room may revoke all invites of the
// room, of every sender and status
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 7).
func (a *Account) Revocable(i invite.Invite) error {
	if i.Revocation != nil {
		return ErrAlreadyRevoked
	}
	return a.mayChangeInvites(i.RoomID, true)
}

// mayChangeInvites returns nil if the account may send and revoke invites of a room.
// revoking changes only the text of the error.
func (a *Account) mayChangeInvites(room id.RoomID, revoking bool) error {
	r, err := a.Room(room)
	if err != nil {
		return err
	}
	if !r.MayInvite() {
		return &PowerError{Room: r.Name, Have: r.Power, Need: r.InvitePower, Revoking: revoking}
	}
	return nil
}

// Revoke revokes an invite by replacing its event with an empty one, after which
// homeservers refuse the invite. It does not notify the identity server, and the e-mail
// stays in the invitee's mailbox.
func (a *Account) Revoke(ctx context.Context, room id.RoomID, token string) error {
	i, err := a.Invite(room, token)
	if err == nil {
		err = a.Revocable(i)
	}
	if err != nil {
		return err
	}
	err = a.hs.Call(ctx, http.MethodPut, session.Path{"v3", "rooms", room, "state", invite.TypeThirdPartyInvite, token}, nil, struct{}{}, nil)
	if err != nil {
		return fmt.Errorf("revoke the invite of %s: %w", i.DisplayName, err)
	}
	return nil
}
