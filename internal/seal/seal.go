// Package seal closes what is kept on a disk, so that only who holds the key
// can read it, change it or put it in another place.
package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// KeySize is the length of a key in bytes.
const KeySize = chacha20poly1305.KeySize

// A Key seals and opens. It is a secret; as text it is unpadded base64.
type Key [KeySize]byte

var (
	_ encoding.TextMarshaler   = Key{}
	_ encoding.TextUnmarshaler = (*Key)(nil)
)

// ErrSealed says that a key does not open something: it was sealed with another
// one, or for another place, or it is damaged.
var ErrSealed = errors.New("it was sealed with another key, or it is damaged")

// NewKey makes a key that nobody else has.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	return k
}

// Seal closes plain with XChaCha20-Poly1305 under a nonce of its own
// (https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03). The place
// is where it will be kept; it opens nowhere else.
func (k Key) Seal(place string, plain []byte) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	_, _ = rand.Read(nonce)
	aead, _ := chacha20poly1305.NewX(k[:]) // fails only for keys of another length
	return aead.Seal(nonce, nonce, plain, []byte(place))
}

// Open returns what was sealed for a place.
func (k Key) Open(place string, sealed []byte) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, ErrSealed
	}
	nonce, sealed := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	aead, _ := chacha20poly1305.NewX(k[:])
	plain, err := aead.Open(nil, nonce, sealed, []byte(place))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Derive returns the key for one purpose, from which nobody finds this one
// (https://datatracker.ietf.org/doc/html/rfc5869).
func (k Key) Derive(purpose string) Key {
	var out Key
	derived, _ := hkdf.Key(sha256.New, k[:], nil, purpose, KeySize) // fails only beyond 8 KiB
	copy(out[:], derived)
	return out
}

// Mark returns what stands for a text and tells nobody else which: the same for
// the same text (HMAC-SHA-256).
func (k Key) Mark(text string) []byte {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(text))
	return h.Sum(nil)
}

// IsZero reports whether the key was never made.
func (k Key) IsZero() bool { return k == Key{} }

// String keeps a key that somebody prints out of what is printed.
func (Key) String() string { return "(a key)" }

// GoString does the same for %#v.
func (Key) GoString() string { return "(a key)" }

// MarshalText writes the key down.
func (k Key) MarshalText() ([]byte, error) {
	return base64.RawStdEncoding.AppendEncode(nil, k[:]), nil
}

// UnmarshalText reads a key. What the text was is in no error.
func (k *Key) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != KeySize {
		return fmt.Errorf("not a key of %d bytes", KeySize)
	}
	copy(k[:], raw)
	return nil
}
