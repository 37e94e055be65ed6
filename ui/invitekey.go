package ui

import (
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// inviteKey names an invite among all rooms.
type inviteKey struct {
	room  id.RoomID
	token string
}

// keyOf is the key of an invite.
func keyOf(i invite.Invite) inviteKey { return inviteKey{i.RoomID, i.Token} }
