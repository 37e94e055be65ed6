package invite

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// Proof says what the signatures of an acceptance are worth.
type Proof string

// The worth of an acceptance's signatures.
const (
	ProofVerified     Proof = "verified"     // one of them was made with a key of the invite
	ProofForged       Proof = "forged"       // there are keys, and none of them made one
	ProofUnverifiable Proof = "unverifiable" // the invite's keys are gone and nobody tells what they were
)

// Proofs lists every Proof.
func Proofs() []Proof { return []Proof{ProofVerified, ProofForged, ProofUnverifiable} }

// verify tells which of the keys made one of the signatures of a signed
// object. Servers try every signature against every key; neither the name of
// the signer nor that of its key is compared with anything
// (https://spec.matrix.org/v1.19/rooms/v12/#authorization-rules, rule 5.4.1).
func verify(signed json.RawMessage, keys []Key) (Key, Proof) {
	usable := keys[:0:0]
	for _, k := range keys {
		if k.Usable() {
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
		for _, s := range signatures {
			if ed25519.Verify(k.ed25519, message, s) {
				return k, ProofVerified
			}
		}
	}
	return Key{}, ProofForged
}

// maxKeys and maxSignatures bound the work that one invite can cause. Identity
// servers make two keys and one signature.
const (
	maxKeys       = 16
	maxSignatures = 16
)

// splitSigned takes a signed object apart: what was signed, which is its
// canonical JSON without signatures and unsigned but with every other member,
// and the Ed25519 signatures
// (https://spec.matrix.org/v1.19/appendices/#signing-json).
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
			// crypto/ed25519 would take another length for a forgery, at best.
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
