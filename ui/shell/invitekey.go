package shell

import (
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// InviteKey identifies an invite: a token is unique only in its room.
type InviteKey struct {
	Room  id.RoomID
	Token string
}

// KeyOf returns the key of an invite.
func KeyOf(i invite.Invite) InviteKey { return InviteKey{i.RoomID, i.Token} }
