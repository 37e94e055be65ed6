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

// A PrivateKey is the half of an invite's key that only the mail has. Who holds
// it can take the invite. It is a secret, and prints as its public half.
type PrivateKey struct{ ed25519 ed25519.PrivateKey }

// ErrPrivateKey says that a text is no private key.
var ErrPrivateKey = errors.New("not an Ed25519 key of 32 bytes in base64")

// ParsePrivateKey reads a private key as identity servers write it into a
// mailed link: 32 bytes, in either alphabet of base64.
func ParsePrivateKey(s string) (PrivateKey, error) {
	seed, err := decodeBase64(s)
	if err != nil || len(seed) != ed25519.SeedSize {
		return PrivateKey{}, ErrPrivateKey
	}
	return PrivateKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// IsZero reports whether there is no key.
func (k PrivateKey) IsZero() bool { return k.ed25519 == nil }

// Public is the public half in the base64 that Sydent writes of such keys; empty
// of no key.
func (k PrivateKey) Public() string {
	if k.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(k.public())
}

func (k PrivateKey) public() ed25519.PublicKey {
	return ed25519.PublicKey(k.ed25519[ed25519.SeedSize:])
}

// String is the public half: a secret is in no log.
func (k PrivateKey) String() string { return k.Public() }

// GoString is the same.
func (k PrivateKey) GoString() string { return k.Public() }

// MarshalText is the same.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(k.Public()), nil }

// Matches reports whether an invite's key is the public half of k.
func (k PrivateKey) Matches(key Key) bool {
	return key.Usable() && !k.IsZero() && k.public().Equal(key.ed25519)
}

// signerName and signerKey are who we say has signed. Servers compare neither
// with anything (see verify).
const (
	signerName = "mxinvite"
	signerKey  = "ed25519:0"
)

// Sign signs that user takes the invite with this token, which sender sent. It
// is what an identity server does for who holds the key, and as good
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin,
// third_party_signed).
func (k PrivateKey) Sign(user, sender id.UserID, token string) (json.RawMessage, error) {
	if k.IsZero() {
		return nil, ErrPrivateKey
	}
	signed := map[string]any{"mxid": user, "sender": sender, "token": token}
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

// What may be wrong with a signed object that somebody else made.
var (
	ErrSignedForOther = errors.New("it was signed for another Matrix ID")
	ErrSignedOther    = errors.New("another invite was signed")
	ErrSignature      = errors.New("it was not signed with the link's key")
	ErrNotSigned      = errors.New("what came is no signature")
)

// Check tells whether a signed object proves that user takes the invite with
// this token, by the link's key, and whom it names as the invite's sender.
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
		return "", fmt.Errorf("%w: its sender is no Matrix ID", ErrNotSigned)
	}
	own := Key{ed25519: k.public()}
	if _, proof := verify(signed, []Key{own}); proof != ProofVerified {
		return "", ErrSignature
	}
	return id.UserID(from), nil
}
