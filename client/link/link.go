// Package link reads the link in the mail of a third-party invite, in whatever
// form it comes out of a mail program. It is pure, and asks nobody.
package link

import (
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Link is what the mail of an invite says. Identity servers have the last word
// on its form, which the spec leaves to them; this is what Sydent writes
// (https://github.com/element-hq/sydent/blob/main/res/vector-im/invite_template.eml.j2).
// Nobody vouches for any of it, and whoever has it can take the invite: it is a
// secret, and prints without.
type Link struct {
	RoomID id.RoomID // empty in a bare sign URL
	Via    []string  // servers in the room, if the link names any

	// For people to read. Whoever wrote the link chose them.
	Email, RoomName, RoomType, RoomAvatar, InviterName string
	// Of the account that some identity servers have made for a guest.
	GuestUserID      string
	GuestAccessToken string `json:"-"`

	// SignURL signs for who posts to it, without its query; empty if the link has none.
	SignURL string
	// IdentityServer is the base URL of the server behind it.
	IdentityServer string
	Token          string // the invite's, which is its event's state key
	Key            invite.PrivateKey
	secret         string // the key as the link has it
}

// PrivateKey is the private key as the link has it.
func (l Link) PrivateKey() string { return l.secret }

// String says which invite it is, and nothing that would be enough to take it.
func (l Link) String() string {
	return fmt.Sprintf("invite to %s, key %s", l.RoomID, l.Key.Public())
}

// GoString is the same.
func (l Link) GoString() string { return l.String() }

// An Error says why a text is no link of an invite, and never repeats it.
type Error string

func (e Error) Error() string { return string(e) }

// What may be wrong with a text that should be a link, and in it what came
// closest to one. They are listed by how far that was.
const (
	ErrTooLong   Error = "this is too long to be a link"
	ErrEmpty     Error = "there is no link"
	ErrNotInvite Error = "this is no link of an invite's mail: it has neither a signurl nor a token with a private key"
	ErrSignURL   Error = "the link's signurl is not the URL of an identity server"
	ErrNoToken   Error = "the link names no token"
	ErrToken     Error = "the link's token is none that an identity server writes"
	ErrNoKey     Error = "the link has no private key"
	ErrKey       Error = "the link's private key is not whole"
	ErrRoom      Error = "the link's room is no room ID"
)

// farther lists the errors by how far a text got on its way to being a link.
func farther() []error {
	return []error{ErrEmpty, ErrNotInvite, ErrSignURL, ErrNoToken, ErrToken, ErrNoKey, ErrKey, ErrRoom}
}
