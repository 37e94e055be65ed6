// Package seal encrypts records at rest (XChaCha20-Poly1305).
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

// A Key encrypts and decrypts. Its text form is unpadded base64 and secret.
type Key [KeySize]byte

var (
	_ encoding.TextMarshaler   = Key{}
	_ encoding.TextUnmarshaler = (*Key)(nil)
)

// ErrSealed means that a record was encrypted with another key or for another
// place, or that it is damaged.
var ErrSealed = errors.New("it was encrypted with another key, or it is damaged")

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	return k
}

// Seal encrypts plain with XChaCha20-Poly1305 and a random nonce
// (https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03). The
// place, such as a table and a row, is authenticated: [Key.Open] needs the same
// one.
func (k Key) Seal(place string, plain []byte) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	_, _ = rand.Read(nonce)
	aead, _ := chacha20poly1305.NewX(k[:]) // fails only for another key size
	return aead.Seal(nonce, nonce, plain, []byte(place))
}

// Open decrypts a record for a place. The error is [ErrSealed].
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

// Derive returns a key for one purpose with HKDF
// (https://datatracker.ietf.org/doc/html/rfc5869).
func (k Key) Derive(purpose string) Key {
	var out Key
	derived, _ := hkdf.Key(sha256.New, k[:], nil, purpose, KeySize) // fails only for more than 8 KiB
	copy(out[:], derived)
	return out
}

// Mark returns the HMAC-SHA-256 of a text, to find a record by the text without
// storing it.
func (k Key) Mark(text string) []byte {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(text))
	return h.Sum(nil)
}

// IsZero reports whether the key is the zero value.
func (k Key) IsZero() bool { return k == Key{} }

// String hides the key when it is printed.
func (Key) String() string { return "(a key)" }

// GoString hides the key for %#v.
func (Key) GoString() string { return "(a key)" }

// MarshalText returns the key in base64.
func (k Key) MarshalText() ([]byte, error) {
	return base64.RawStdEncoding.AppendEncode(nil, k[:]), nil
}

// UnmarshalText parses a key. Its error does not quote the text.
func (k *Key) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != KeySize {
		return fmt.Errorf("not a key of %d bytes", KeySize)
	}
	copy(k[:], raw)
	return nil
}
