package linkkey

import (
	"crypto/ed25519"
	"crypto/hmac"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// The path of a validity URL, around its parameter. All of the parameter is in the path:
// Synapse appends "?public_key=" to a validity URL even if the URL has a query
// (https://github.com/element-hq/synapse/blob/develop/synapse/http/client.py, get_raw,
// called by _check_key_revocation in synapse/handlers/federation.py).
const (
	validityPrefix = "/valid/"
	validitySuffix = "/isvalid"
	macSize        = 16 // bytes
)

// ValidityURL returns the key_validity_url of an invite: homeservers ask there whether
// the public key is valid before they accept a signature of it
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite). base is
// the URL of the links server. All members of the room can read the URL. It contains
// the terms with a MAC, so that the server does not have to store them.
func (k Key) ValidityURL(base string, public ed25519.PublicKey, t Terms) string {
	return strings.TrimSuffix(base, "/") + validityPrefix + k.validity(public, t) + validitySuffix
}

func (k Key) validity(public ed25519.PublicKey, t Terms) string {
	mac := k.validities().Mark(fmt.Sprintf("%d.%d.%x", t.seconds(), t.Uses, []byte(public)))
	return fmt.Sprintf("%d.%d.%s", t.seconds(), t.Uses, base64.RawURLEncoding.EncodeToString(mac[:macSize]))
}

// Verify returns the terms of an invite from the parameter in the path of its validity
// URL. ok is false if the parameter is not that of the public key, or was not made with
// this key.
func (k Key) Verify(parameter string, public ed25519.PublicKey) (t Terms, ok bool) {
	seconds, rest, _ := strings.Cut(parameter, ".")
	uses, _, _ := strings.Cut(rest, ".")
	s, err1 := strconv.ParseUint(seconds, 10, 64)
	u, err2 := strconv.ParseUint(uses, 10, 64)
	if err1 != nil || err2 != nil {
		return Terms{}, false
	}
	// The MAC of the same values is computed again, so a number that is written in
	// another way is refused, too.
	if t, ok = termsOf(s, u); !ok || !hmac.Equal([]byte(k.validity(public, t)), []byte(parameter)) {
		return Terms{}, false
	}
	return t, true
}

// ParsePublicKey parses a public key in one of the two alphabets of base64, with or
// without padding.
func ParsePublicKey(s string) (ed25519.PublicKey, bool) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	raw, err := base64.RawStdEncoding.DecodeString(s)
	return raw, err == nil && len(raw) == ed25519.PublicKeySize
}
