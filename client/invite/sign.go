package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// A PrivateKey is the private key of an invite, which only the invite's e-mail
// contains. It is a secret, because every user who has it can accept the invite.
// When printed, it shows its public key.
type PrivateKey struct{ ed25519 ed25519.PrivateKey }

// ErrPrivateKey is the error for a text that is not a private key.
var ErrPrivateKey = errors.New("not an Ed25519 key of 32 bytes in base64")

// ParsePrivateKey parses a private key as in the link of an invite's e-mail: 32
// bytes in one of the two alphabets of base64.
func ParsePrivateKey(s string) (PrivateKey, error) {
	seed, err := decodeBase64(s)
	if err != nil || len(seed) != ed25519.SeedSize {
		return PrivateKey{}, ErrPrivateKey
	}
	return PrivateKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// IsZero reports whether k is the zero value, which contains no key.
func (k PrivateKey) IsZero() bool { return k.ed25519 == nil }

// Public returns the public key in URL-safe base64, as Sydent writes it. It is
// empty for the zero value.
func (k PrivateKey) Public() string {
	if k.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(k.public())
}

// PublicUnpadded returns the public key in unpadded base64, the form that the
// specification requires in events
// (https://spec.matrix.org/v1.19/appendices/#unpadded-base64).
func (k PrivateKey) PublicUnpadded() string {
	if k.IsZero() {
		return ""
	}
	return base64.RawStdEncoding.EncodeToString(k.public())
}

func (k PrivateKey) public() ed25519.PublicKey {
	return ed25519.PublicKey(k.ed25519[ed25519.SeedSize:])
}

// String returns the public key: the private key must not be in a log.
func (k PrivateKey) String() string { return k.Public() }

// GoString returns the same as String.
func (k PrivateKey) GoString() string { return k.Public() }

// MarshalText returns the same as String.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(k.Public()), nil }

// Matches reports whether key is the public key of k.
func (k PrivateKey) Matches(key Key) bool {
	return key.Usable() && !k.IsZero() && k.public().Equal(key.ed25519())
}

// Names of the signer and of its key in signatures. Servers ignore both (see
// verify).
const (
	signerName = "mxinvite"
	signerKey  = "ed25519:0"
)

// Sign signs that user accepts an invite. sender and token are those of the invite.
// The result is the same as that of an identity server: the third_party_signed of a
// join
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin).
func (k PrivateKey) Sign(user, sender id.UserID, token string) (json.RawMessage, error) {
	return k.sign(map[string]any{"mxid": user, "sender": sender, "token": token})
}

// SignBinding signs that an invite is for user, as an identity server does when the
// invited address is bound to the user. Unlike the result of Sign, it does not contain
// the sender
// (https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind).
func (k PrivateKey) SignBinding(user id.UserID, token string) (json.RawMessage, error) {
	return k.sign(map[string]any{"mxid": user, "token": token})
}

// sign adds a signature to an object.
func (k PrivateKey) sign(signed map[string]any) (json.RawMessage, error) {
	if k.IsZero() {
		return nil, ErrPrivateKey
	}
	plain, err := json.Marshal(signed)
	if err != nil {
		return nil, err
	}
	message, err := canonicalJSON(plain)
	if err != nil {
		return nil, err
	}
	signature := base64.RawStdEncoding.EncodeToString(ed25519.Sign(k.ed25519, message))
	signed["signatures"] = map[string]map[string]string{signerName: {signerKey: signature}}
	return json.Marshal(signed)
}

// Errors of [PrivateKey.Check].
var (
	ErrSignedForOther = errors.New("it was signed for another Matrix ID")
	ErrSignedOther    = errors.New("it was signed for another invite")
	ErrSignature      = errors.New("it was not signed with the link's key")
	ErrNotSigned      = errors.New("the response is not a signed object")
)

// Check verifies a signed object of an identity server. It returns an error unless
// the object is for this user and token and signed with k. It returns the object's
// sender, the user who sent the invite.
func (k PrivateKey) Check(signed json.RawMessage, user id.UserID, token string) (sender id.UserID, err error) {
	if !json.Valid(signed) {
		return "", ErrNotSigned
	}
	has := members(signed)
	mxid, ok1 := rawjson.Text(has["mxid"])
	from, ok2 := rawjson.Text(has["sender"])
	which, ok3 := rawjson.Text(has["token"])
	switch {
	case !ok1 || !ok2 || !ok3:
		return "", ErrNotSigned
	case mxid != string(user):
		return "", ErrSignedForOther
	case which != token:
		return "", ErrSignedOther
	case k.IsZero():
		return "", ErrSignature
	}
	if _, _, err := id.UserID(from).Parse(); err != nil {
		return "", fmt.Errorf("%w: its sender is not a Matrix ID", ErrNotSigned)
	}
	own := Key{Public: base64.RawStdEncoding.EncodeToString(k.public())}
	if _, proof := verify(signed, []Key{own}); proof != ProofVerified {
		return "", ErrSignature
	}
	return id.UserID(from), nil
}
