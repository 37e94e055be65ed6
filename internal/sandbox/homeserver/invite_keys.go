package homeserver

import (
	"maps"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A publicKey is a key of an m.room.third_party_invite, not validated.
type publicKey struct {
	key         any
	validityURL any
	hasURL      bool // a key without a URL does not expire
}

// invite returns the invite by e-mail with a token; nil if there is none. The token is not validated.
func (r *room) invite(token any) *event {
	s, ok := token.(string)
	if !ok {
		return nil
	}
	return r.state[stateKey{typeThirdPartyInvite, s}]
}

// publicKeys returns the keys of an invite in the order in which they are tried. An entry of the wrong type is a 500, as in
// Synapse.
func publicKeys(invite *event) ([]publicKey, error) {
	var keys []publicKey
	if k, ok := invite.fields["public_key"]; ok {
		u, has := invite.fields["key_validity_url"]
		keys = append(keys, publicKey{k, u, has})
	}
	list, ok := invite.fields["public_keys"]
	if !ok {
		return keys, nil
	}
	entries, ok := list.([]any)
	if !ok {
		return nil, api.ErrInternal
	}
	for _, e := range entries {
		o, ok := e.(object)
		if !ok {
			return nil, api.ErrInternal
		}
		k, ok := o["public_key"]
		if !ok {
			return nil, api.ErrInternal
		}
		u, has := o["key_validity_url"]
		keys = append(keys, publicKey{k, u, has})
	}
	return keys, nil
}

// signed reports whether this key made one of the signatures of an object. The entity and the key ID are not compared.
func (k publicKey) signed(o object) (bool, error) {
	signatures, ok := o["signatures"].(object)
	if !ok {
		return false, api.ErrInternal
	}
	for _, entity := range slices.Sorted(maps.Keys(signatures)) {
		block, ok := signatures[entity].(object)
		if !ok {
			return false, api.ErrInternal
		}
		for _, id := range slices.Sorted(maps.Keys(block)) {
			if !strings.HasPrefix(id, "ed25519:") {
				continue
			}
			key, err := signedjson.DecodeKey(k.key)
			if err != nil {
				return false, api.ErrInternal
			}
			if signedjson.Verify(o, block[id], key) {
				return true, nil
			}
			// The first signature that does not match is an exception, which ends the attempts with this key.
			return false, nil
		}
	}
	return false, nil
}
