package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// A Key is an entry for a public key of an invite: its public_key, or an entry of its
// public_keys
// (https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite). The same
// key may have several entries with different validity URLs.
type Key struct {
	// Public is the encoded key as in the event. Identity servers compare encoded
	// keys, so requests must contain it unchanged.
	Public string
	// ValidityURL is the URL where homeservers ask whether the key is valid. A key
	// without URL does not expire.
	ValidityURL string
	// Problem says why the key is not usable; empty if it is.
	Problem string

	invalidURL bool // key_validity_url is there, but empty or not a string
}

// Expires reports whether a homeserver asks whether the key is valid. Synapse also
// tries to ask at a validity URL that is not a string, and refuses the key
// (_check_signature in synapse/handlers/federation.py).
func (k Key) Expires() bool { return k.ValidityURL != "" || k.invalidURL }

// sameKey reports whether two usable entries have the same key.
func (k Key) sameKey(other Key) bool {
	return k.Public == other.Public || k.ed25519().Equal(other.ed25519())
}

// sameEntry reports whether two usable entries have the same key and URL. Identity
// servers compare encoded keys, so the encoding counts if they are asked.
func (k Key) sameEntry(other Key) bool {
	return k.sameKey(other) && k.ValidityURL == other.ValidityURL && k.invalidURL == other.invalidURL &&
		(k.Public == other.Public || !k.Expires())
}

// Usable reports whether signatures can be verified with the key.
func (k Key) Usable() bool { return k.Problem == "" }

// content is the content of an invite's event. Its values are raw: they may have
// any type.
type content struct {
	displayName json.RawMessage
	rawKey
	list json.RawMessage // public_keys
}

// rawKey has the raw members of a key.
type rawKey struct{ public, validityURL json.RawMessage }

// readContent parses the content of an event. Values that are not objects have no
// members.
func readContent(raw json.RawMessage) (c content) {
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "display_name":
			c.displayName = w.Value
		case "public_keys":
			c.list = w.Value
		default:
			c.read(&w)
		}
	}
	return c
}

// read sets the member at which w is, if it belongs to a key.
func (k *rawKey) read(w *rawjson.Walk) {
	switch string(w.Name) {
	case "public_key":
		k.public = w.Value
	case "key_validity_url":
		k.validityURL = w.Value
	}
}

// hasKeys reports whether the content has a key, usable or not. Clients revoke an
// invite by replacing its content with {}: then no signature can match a key. A
// redacted event looks the same.
func (c content) hasKeys() bool {
	list := rawjson.Array(c.list)
	return c.public != nil || list.Next()
}

// keys returns the entries in the order in which homeservers try them: public_key
// first, then public_keys. An entry that fails does not end the search
// (get_public_keys in synapse/event_auth.py, _check_signature in
// synapse/handlers/federation.py), so each pair of a key and a URL counts. Repeated
// pairs are returned once.
func (c content) keys() []Key {
	var keys []Key
	add := func(raw rawKey) {
		if raw.public == nil {
			return
		}
		k := readKey(raw.public, raw.validityURL)
		for i := range keys {
			if k.Usable() && keys[i].Usable() && k.sameEntry(keys[i]) {
				return
			}
		}
		if keys == nil {
			keys = make([]Key, 0, 3) // the usual number
		}
		keys = append(keys, k)
	}
	add(c.rawKey)
	for list := rawjson.Array(c.list); list.Next(); {
		var raw rawKey
		for entry := rawjson.Object(list.Value); entry.Next(); {
			raw.read(&entry)
		}
		add(raw)
	}
	return keys
}

func readKey(public, validityURL json.RawMessage) Key {
	var k Key
	k.ValidityURL, _ = rawjson.Text(validityURL)
	k.invalidURL = validityURL != nil && k.ValidityURL == ""
	var ok bool
	if k.Public, ok = rawjson.Text(public); !ok {
		k.Problem = "not a string"
		return k
	}
	switch raw, err := decodeBase64(k.Public); {
	case err != nil:
		k.Problem = "not base64"
	case len(raw) != ed25519.PublicKeySize:
		k.Problem = fmt.Sprintf("%d bytes instead of %d", len(raw), ed25519.PublicKeySize)
	}
	return k
}

// ed25519 returns the decoded key; nil if it is not usable, because crypto/ed25519 panics
// on keys of other lengths.
func (k Key) ed25519() ed25519.PublicKey {
	raw, err := decodeBase64(k.Public)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil
	}
	return raw
}

// decodeBase64 decodes both alphabets of base64, with or without padding. The spec
// requires the standard alphabet without padding but recommends to accept others,
// and Sydent uses both alphabets in one event
// (https://spec.matrix.org/v1.19/appendices/#unpadded-base64).
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(s, "=")
	if strings.ContainsAny(s, "-_") {
		s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	}
	return base64.RawStdEncoding.DecodeString(s)
}
