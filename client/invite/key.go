package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// A Key is one that may sign for an invite: the invite's public_key, or an
// entry of its public_keys
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite).
type Key struct {
	// Public is the key exactly as the event has it. An identity server compares
	// it letter by letter, so it must be asked about in this very form.
	Public string
	// ValidityURL is where a homeserver asks whether the key still counts. A key
	// without one counts for ever.
	ValidityURL string
	// Problem says why nothing can be verified with the key; empty if something can.
	Problem string

	ed25519 ed25519.PublicKey
}

// Usable reports whether a signature can be verified with the key.
func (k Key) Usable() bool { return k.Problem == "" }

// readKeys lists the keys in the content of an invite: the top-level one
// first, as homeservers try them, and of two that are the same only the first.
func readKeys(content map[string]json.RawMessage) []Key {
	var keys []Key
	add := func(m map[string]json.RawMessage) {
		public, ok := m["public_key"]
		if !ok {
			return
		}
		k := readKey(public, m["key_validity_url"])
		for i := range keys {
			if k.Usable() && keys[i].Usable() && k.ed25519.Equal(keys[i].ed25519) {
				return
			}
		}
		keys = append(keys, k)
	}
	add(content)
	var entries []json.RawMessage
	if json.Unmarshal(content["public_keys"], &entries) == nil {
		for _, e := range entries {
			add(members(e))
		}
	}
	return keys
}

func readKey(public, validityURL json.RawMessage) Key {
	var k Key
	k.ValidityURL, _ = text(validityURL)
	var ok bool
	if k.Public, ok = text(public); !ok {
		k.Problem = "not a string"
		return k
	}
	raw, err := decodeBase64(k.Public)
	switch {
	case err != nil:
		k.Problem = "not base64"
	case len(raw) != ed25519.PublicKeySize:
		// crypto/ed25519 panics on these.
		k.Problem = fmt.Sprintf("%d bytes instead of %d", len(raw), ed25519.PublicKeySize)
	default:
		k.ed25519 = raw
	}
	return k
}

// decodeBase64 takes either alphabet, padded or not: the spec asks for the
// standard one without padding, and for leniency, and Sydent writes both
// alphabets into one event
// (https://spec.matrix.org/v1.19/appendices/#unpadded-base64).
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	return base64.RawStdEncoding.DecodeString(s)
}
