package threepid

import (
	"crypto/sha256"

	"golang.org/x/text/cases"

	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// An ID is a third-party identifier.
type ID struct{ Medium, Address string }

// Fold returns the canonical form of an e-mail address: https://spec.matrix.org/latest/appendices/#3pid-types.
func Fold(address string) string { return cases.Fold().String(address) }

// New returns a third-party identifier with its address in canonical form.
func New(medium, address string) ID {
	if medium == "email" {
		address = Fold(address)
	}
	return ID{medium, address}
}

// Hash returns the hash of a lookup:
// https://spec.matrix.org/latest/identity-service-api/#post_matrixidentityv2lookup.
func Hash(address, medium, pepper string) string {
	sum := sha256.Sum256([]byte(address + " " + medium + " " + pepper))
	return signedjson.EncodeURLBase64(sum[:])
}
