package client

import (
	"context"
	"fmt"
	"net/http"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// Revoke takes an invite back, by overwriting it with nothing: no homeserver
// will honour it any more. The identity server is not told and the mail stays
// where it is; only this room refuses. Anybody who may invite may do it, to
// anybody's invite (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules,
// rule 7).
func (a *Account) Revoke(ctx context.Context, room id.RoomID, token string) error {
	r, err := a.Room(room)
	if err != nil {
		return err
	}
	i, err := a.Invite(room, token)
	switch {
	case err != nil:
		return err
	case i.Status == invite.Revoked:
		return fmt.Errorf("revoke %s: %w", token, ErrAlreadyRevoked)
	case !r.MayInvite():
		return &PowerError{Room: r.Name, Have: r.Power, Need: r.InvitePower}
	}
	err = a.call(ctx, http.MethodPut, path{"v3", "rooms", room, "state", invite.TypeThirdPartyInvite, token}, nil, struct{}{}, nil)
	if err != nil {
		return fmt.Errorf("revoke the invite of %s: %w", i.DisplayName, err)
	}
	return nil
}
