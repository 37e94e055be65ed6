package invite

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
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

// content is the content of an invite's event, its members still raw: a
// stranger may have written anything.
type content struct {
	displayName json.RawMessage
	rawKey
	list json.RawMessage // public_keys
}

// rawKey is a key as an event writes it, at the top and in a list.
type rawKey struct{ public, validityURL json.RawMessage }

// readContent reads content; what is not an object has no members.
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

// read takes over the member that a walk is at, if it is one of a key.
func (k *rawKey) read(w *rawjson.Walk) {
	switch string(w.Name) {
	case "public_key":
		k.public = w.Value
	case "key_validity_url":
		k.validityURL = w.Value
	}
}

// hasKeys reports whether the content names any key at all. Clients take an
// invite back by overwriting it with {}: the auth rules then find no key that a
// signature could match. A redacted event looks the same.
func (c content) hasKeys() bool {
	list := rawjson.Array(c.list)
	return c.public != nil || list.Next()
}

// keys lists the keys: the top-level one first, as homeservers try them, and of
// two that are the same only the first.
func (c content) keys() []Key {
	var keys []Key
	add := func(raw rawKey) {
		if raw.public == nil {
			return
		}
		k := readKey(raw.public, raw.validityURL)
		for i := range keys {
			if k.Usable() && keys[i].Usable() && k.ed25519.Equal(keys[i].ed25519) {
				return
			}
		}
		if keys == nil {
			keys = make([]Key, 0, 2) // as many as identity servers write
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
	var ok bool
	if k.Public, ok = rawjson.Text(public); !ok {
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
	if strings.ContainsAny(s, "-_") {
		s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	}
	return base64.RawStdEncoding.DecodeString(s)
}
