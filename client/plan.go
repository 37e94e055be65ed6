package client

import (
	"context"
	"encoding/json"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A Plan says what inviting an address to a room will do. [Account.Send]
// carries it out.
type Plan struct {
	Room    Room
	Address identity.ThreePID
	// UserID is set when the address belongs to somebody on Matrix. Then that
	// Matrix ID is invited and no mail is sent.
	UserID id.UserID
	// Server is the host of the identity server, which will send the mail.
	Server string
	// Similar are pending invites of the room that may be to the same address;
	// the redacted name is all there is to go by.
	Similar []invite.Invite
}

// Plan looks into everything that decides whether an invite will work, before
// anything is sent: a homeserver has the mail sent first and checks afterwards.
func (a *Account) Plan(ctx context.Context, room id.RoomID, address identity.ThreePID) (Plan, error) {
	p := Plan{Address: address}
	var err error
	if p.Room, err = a.Room(room); err != nil {
		return p, err
	}
	if !p.Room.MayInvite() {
		return p, &PowerError{Room: p.Room.Name, Have: p.Room.Power, Need: p.Room.InvitePower}
	}
	if p.UserID, p.Server, err = a.lookup(ctx, address); err != nil {
		return p, err
	}
	if p.UserID != "" {
		return p, a.mayBeInvited(ctx, p)
	}
	for _, i := range a.Invites(room) {
		if i.Live() && invite.Matches(i.DisplayName, address.Address) {
			p.Similar = append(p.Similar, i)
		}
	}
	return p, nil
}

// lookup asks the identity server who has an address; nobody is "".
func (a *Account) lookup(ctx context.Context, address identity.ThreePID) (user id.UserID, server string, err error) {
	err = a.withServer(ctx, func(s *identity.Server) error {
		server = s.Name()
		found, err := s.Lookup(ctx, address)
		user = found[address]
		return err
	})
	return user, server, err
}

// mayBeInvited checks that the person is not in the room already, nor banned.
func (a *Account) mayBeInvited(ctx context.Context, p Plan) error {
	content, err := a.member(ctx, p.Room.ID, p.UserID)
	if err != nil {
		return fmt.Errorf("ask whether %s is in %s: %w", p.UserID, p.Room.Name, err)
	}
	var member struct {
		Membership string `json:"membership"`
	}
	_ = json.Unmarshal(content, &member)
	switch member.Membership {
	case "join", "invite", "ban":
		return &MemberError{Address: p.Address.Address, UserID: p.UserID, Room: p.Room.Name, Membership: member.Membership}
	}
	return nil
}
