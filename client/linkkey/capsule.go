package linkkey

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"
)

// A Capsule is what a links server has to know of an invite to sign for the invitee.
// It is in the link in place of the private key, encrypted.
type Capsule struct {
	Seed [ed25519.SeedSize]byte // the private key of the invite
	Terms
	RoomID   id.RoomID
	Sender   id.UserID // of the invite
	RoomName string    // for the invitee; not longer than [MaxName]
}

// String returns the room: the private key must not be in a log.
func (c Capsule) String() string { return "invite to " + string(c.RoomID) }

// GoString returns the same as String.
func (c Capsule) GoString() string { return c.String() }

// MaxName is the maximum length of a room's name in a [Capsule], in bytes. Longer names
// are cut, so that the link stays short.
const MaxName = 96

const (
	// prefix distinguishes a capsule from a private key, and has the version of the
	// format.
	prefix = "mx1."
	// maxCapsule is the maximum length of a capsule: two identifiers of 255 bytes
	// (https://spec.matrix.org/v1.19/appendices/#size-limits-for-identifiers), a name and
	// the rest, in base64.
	maxCapsule = 1024
	maxField   = 255
)

// ErrCapsule means that a capsule was made with another key or for another token, or
// that it is damaged.
var ErrCapsule = errors.New("the link was made for another links server, or it is damaged")

// IsCapsule reports whether a text has the form of an encrypted capsule.
func IsCapsule(s string) bool {
	_, ok := decode(s)
	return ok
}

func decode(s string) ([]byte, bool) {
	s, ok := strings.CutPrefix(s, prefix)
	if !ok || s == "" || len(s) > maxCapsule {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return sealed, err == nil && !strings.ContainsAny(s, "\r\n") // which the decoder ignores
}

// Seal encrypts a capsule for the invite with a token.
func (k Key) Seal(token string, c Capsule) string {
	plain := append([]byte(nil), c.Seed[:]...)
	plain = binary.AppendUvarint(plain, c.seconds())
	plain = binary.AppendUvarint(plain, uint64(c.Uses))
	for _, s := range []string{string(c.RoomID), string(c.Sender), shorten(c.RoomName)} {
		plain = binary.AppendUvarint(plain, uint64(len(s)))
		plain = append(plain, s...)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(k.capsules().Seal(prefix+token, plain))
}

// Open decrypts a capsule. The error is [ErrCapsule].
func (k Key) Open(token, text string) (Capsule, error) {
	sealed, ok := decode(text)
	if !ok {
		return Capsule{}, ErrCapsule
	}
	plain, err := k.capsules().Open(prefix+token, sealed)
	if err != nil {
		return Capsule{}, ErrCapsule
	}
	return parseCapsule(plain)
}

// parseCapsule parses a decrypted capsule. It is strict although only a program
// with the key can make one: that program may have an error.
func parseCapsule(plain []byte) (c Capsule, err error) {
	if len(plain) < len(c.Seed) {
		return Capsule{}, ErrCapsule
	}
	rest := plain[copy(c.Seed[:], plain):]
	number := func() uint64 {
		n, size := binary.Uvarint(rest)
		if size <= 0 {
			err = ErrCapsule
			return 0
		}
		rest = rest[size:]
		return n
	}
	text := func() string {
		n := number()
		if n > maxField || n > uint64(len(rest)) {
			err = ErrCapsule
			return ""
		}
		s := string(rest[:n])
		rest = rest[n:]
		return s
	}
	seconds, uses := number(), number()
	c.RoomID, c.Sender, c.RoomName = id.RoomID(text()), id.UserID(text()), text()
	var ok bool
	if c.Terms, ok = termsOf(seconds, uses); err != nil || !ok || len(rest) > 0 || c.RoomID == "" || c.Sender == "" || !utf8.ValidString(c.RoomName) {
		return Capsule{}, ErrCapsule
	}
	return c, nil
}

// shorten cuts a name at a character.
func shorten(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if len(name) <= MaxName {
		return name
	}
	const dots = "…"
	name = name[:MaxName-len(dots)]
	for !utf8.ValidString(name) {
		name = name[:len(name)-1]
	}
	return name + dots
}
