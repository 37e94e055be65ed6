// Package link parses and formats the links of third-party invites. It also parses
// links that a mail program has broken or encoded. It makes no requests.
package link

import (
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Link is the parsed link of an invite. The spec leaves its format to identity
// servers; this is the format of Sydent
// (https://github.com/element-hq/sydent/blob/main/res/vector-im/invite_template.eml.j2),
// and that of [Link.Format].
//
// Nothing in it is authenticated. A link is a secret, because every user who has it
// can accept the invite; when printed, it shows no secret.
type Link struct {
	RoomID id.RoomID // empty if the text is only a sign URL
	Via    []string  // servers in the room, if the link has any
	// Sender is the user who sent the invite; empty if the link does not name one. Links
	// of mxinvite do, because the sender is part of what the invitee signs.
	Sender id.UserID

	// Texts to show to the user. The author of the link can choose them freely.
	Email, RoomName, RoomType, RoomAvatar, InviterName string
	// The guest account that some identity servers create.
	GuestUserID      string
	GuestAccessToken string `json:"-"`

	// SignURL is the URL of the endpoint that signs for the invitee, without query;
	// empty if the link has none.
	SignURL string
	// IdentityServer is the base URL of the server in SignURL.
	IdentityServer string
	Token          string // state key of the invite's event
	// Key is zero if only a links server can open it (see [Link.ByLinksServer]).
	Key    invite.PrivateKey
	secret string // the private key as written in the link
}

// PrivateKey returns the private key as written in the link. It is encrypted if Key is
// zero.
func (l Link) PrivateKey() string { return l.secret }

// String returns the room and the public key. The text contains no secret.
func (l Link) String() string {
	if l.Key.IsZero() {
		return fmt.Sprintf("invite to %s by %s", l.RoomID, l.IdentityServer)
	}
	return fmt.Sprintf("invite to %s, key %s", l.RoomID, l.Key.Public())
}

// GoString returns the same as String.
func (l Link) GoString() string { return l.String() }

// An Error says why a text is not the link of an invite. It does not quote the
// text.
type Error string

func (e Error) Error() string { return string(e) }

// Errors of [Parse]. If a text contains several possible links and none is
// valid, Parse returns the error that comes last in this list: it belongs to the
// one that is closest to a valid link.
const (
	ErrTooLong   Error = "too long to be a link"
	ErrEmpty     Error = "no link was given"
	ErrNotInvite Error = "not the link of an invite's e-mail: it has neither a signurl nor a token with a private key"
	ErrSignURL   Error = "the link's signurl is not the URL of an identity server"
	ErrNoToken   Error = "the link has no token"
	ErrToken     Error = "the link's token is not valid"
	ErrNoKey     Error = "the link has no private key"
	ErrKey       Error = "the link's private key is incomplete or invalid"
	ErrRoom      Error = "the link's room is not a room ID"
)

// byProgress lists the errors in the order of their declaration.
func byProgress() []error {
	return []error{ErrEmpty, ErrNotInvite, ErrSignURL, ErrNoToken, ErrToken, ErrNoKey, ErrKey, ErrRoom}
}
