// Package ownkey creates third-party invites with keys of our own, without an
// identity server.
package ownkey

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/client/invite"
)

// An Invite is an invite that has not been sent yet, or the part of it that its link
// contains. It is a secret, because every user who has it can accept the invite. When
// printed, it shows no private key.
type Invite struct {
	// Token is the state key of the invite's event.
	Token string
	// PrivateKey is the Ed25519 key that signs for the invitee, as 32 bytes in URL-safe
	// base64.
	PrivateKey string
}

// New returns an invite with a new key and a new token. The token has at least 128
// bits of randomness and only letters and digits, which is a part of the grammar of
// opaque identifiers (https://spec.matrix.org/v1.19/appendices/#opaque-identifiers).
func New() Invite {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails
	return Invite{Token: rand.Text(), PrivateKey: base64.RawURLEncoding.EncodeToString(seed)}
}

// String returns the token.
func (i Invite) String() string { return i.Token }

// GoString returns the same as String.
func (i Invite) GoString() string { return i.String() }

// Key returns the parsed private key.
func (i Invite) Key() (invite.PrivateKey, error) { return invite.ParsePrivateKey(i.PrivateKey) }

// Content is the content of an m.room.third_party_invite event
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite).
type Content struct {
	DisplayName string      `json:"display_name"`
	PublicKey   string      `json:"public_key"`
	PublicKeys  []PublicKey `json:"public_keys"`
	ValidityURL string      `json:"key_validity_url,omitempty"`
}

// A PublicKey is an entry of public_keys.
type PublicKey struct {
	PublicKey   string `json:"public_key"`
	ValidityURL string `json:"key_validity_url,omitempty"`
}

// Content returns the content of the invite's event. displayName is visible to all
// members of the room, so it must not be an address: see [Redact]. The specification
// requires a validityURL, but homeservers do not: without one, which is "", they ask
// no server, and the key does not expire.
func (i Invite) Content(displayName, validityURL string) (Content, error) {
	key, err := i.Key()
	if err != nil {
		return Content{}, err
	}
	public := key.PublicUnpadded()
	return Content{
		DisplayName: displayName, PublicKey: public, ValidityURL: validityURL,
		PublicKeys: []PublicKey{{public, validityURL}},
	}, nil
}

// revealed is the number of characters of each part of an address that [Redact] keeps.
const revealed = 3

// Redact shortens an address to a display name such as "gra...@nav...", as Sydent
// does: a part that is so short that nothing would be hidden is shortened further
// (https://github.com/element-hq/sydent/blob/main/sydent/http/servlets/store_invite_servlet.py).
func Redact(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return redact(address)
	}
	return fmt.Sprintf("%s@%s", redact(address[:at]), redact(address[at+1:]))
}

func redact(part string) string {
	const dots = "..."
	switch r := []rune(part); {
	case len(r) > revealed:
		return string(r[:revealed]) + dots
	case len(r) > 1:
		return string(r[:1]) + dots
	default:
		return dots
	}
}
