package homeserver

import (
	"maps"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A publicKey is one of the keys in an m.room.third_party_invite, still in whatever shape somebody wrote it.
type publicKey struct {
	key         any
	validityURL any
	hasURL      bool // without a URL a key is valid for ever
}

// invite returns the e-mail invite with a token, if the room has one. A token may be anything a client sent.
func (r *room) invite(token any) *event {
	s, ok := token.(string)
	if !ok {
		return nil
	}
	return r.state[stateKey{typeThirdPartyInvite, s}]
}

// publicKeys lists an invite's keys in the order they are tried. Synapse trips over entries of the wrong shape, and a
// trip is a 500.
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

// signed says whether this key made any of the signatures of an object. Neither the entity nor the ID of the key is
// compared with anything.
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
			// The exception of the first failure ends the attempts with this key.
			return false, nil
		}
	}
	return false, nil
}
