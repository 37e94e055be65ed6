package invite

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// Proof is the result of verifying the signatures of an acceptance.
type Proof string

// Results of verifying the signatures.
const (
	ProofVerified     Proof = "verified"     // a signature matches a key of the invite
	ProofForged       Proof = "forged"       // the invite has keys, and no signature matches
	ProofUnverifiable Proof = "unverifiable" // the invite's keys are not known any more
)

// Proofs returns all values of Proof.
func Proofs() []Proof { return []Proof{ProofVerified, ProofForged, ProofUnverifiable} }

// verify returns the key that made one of the signatures of a signed object. Like
// servers, it tries every signature with every key and ignores the names of the
// signer and of its key
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 5.4.1).
func verify(signed json.RawMessage, keys []Key) (Key, Proof) {
	usable := keys[:0:0]
	for _, k := range keys {
		if k.Usable() && !slices.ContainsFunc(usable, k.sameKey) {
			usable = append(usable, k)
		}
	}
	if len(usable) == 0 {
		return Key{}, ProofUnverifiable
	}
	usable = usable[:min(len(usable), maxKeys)]
	message, signatures, err := splitSigned(signed)
	if err != nil {
		return Key{}, ProofForged
	}
	for _, k := range usable {
		public := k.ed25519()
		for _, s := range signatures {
			if public != nil && ed25519.Verify(public, message, s) {
				return k, ProofVerified
			}
		}
	}
	return Key{}, ProofForged
}

// maxKeys and maxSignatures limit the work for one invite. Identity servers use two
// keys and one signature.
const (
	maxKeys       = 16
	maxSignatures = 16
)

// splitSigned returns the bytes that are signed, which are the canonical JSON of
// the object without the members signatures and unsigned, and the Ed25519
// signatures (https://spec.matrix.org/v1.19/appendices/#signing-json).
func splitSigned(signed json.RawMessage) (message []byte, signatures [][]byte, err error) {
	if message, err = canonicalJSON(signed, "signatures", "unsigned"); err != nil {
		return nil, nil, err
	}
	var bySigner map[string]map[string]json.RawMessage
	if err := json.Unmarshal(members(signed)["signatures"], &bySigner); err != nil {
		return nil, nil, fmt.Errorf("read signatures: %w", err)
	}
	for _, byKey := range bySigner {
		for keyID, raw := range byKey {
			s, _ := rawjson.Text(raw)
			sig, err := decodeBase64(s)
			// A signature of another length is ignored.
			if strings.HasPrefix(keyID, "ed25519:") && err == nil && len(sig) == ed25519.SignatureSize {
				signatures = append(signatures, sig)
			}
		}
	}
	if len(signatures) > maxSignatures {
		return nil, nil, fmt.Errorf("%d signatures", len(signatures))
	}
	return message, signatures, nil
}
