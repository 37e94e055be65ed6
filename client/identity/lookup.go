package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Lookup returns the Matrix IDs that the identifiers are bound to. Identifiers
// without a binding are not in the result. Addresses are sent hashed
// (https://spec.matrix.org/v1.19/identity-service-api/#association-lookup). If the
// server only supports the algorithm "none", which sends them as plain text, Lookup
// returns an error.
func (s *Server) Lookup(ctx context.Context, ids ...threepid.ID) (map[threepid.ID]id.UserID, error) {
	found, err := s.lookup(ctx, ids)
	if HasCode(err, "M_INVALID_PEPPER") {
		// The pepper changed between the two requests.
		found, err = s.lookup(ctx, ids)
	}
	return found, err
}

func (s *Server) lookup(ctx context.Context, ids []threepid.ID) (map[threepid.ID]id.UserID, error) {
	var details struct {
		Pepper     string   `json:"lookup_pepper"`
		Algorithms []string `json:"algorithms"`
	}
	if err := s.call(ctx, http.MethodGet, "/hash_details", nil, &details); err != nil {
		return nil, err
	}
	if !slices.Contains(details.Algorithms, "sha256") {
		return nil, fmt.Errorf("identity server %s does not support lookups with hashed addresses", s.Name())
	}
	hashes := make([]string, len(ids))
	for i, t := range ids {
		hashes[i] = Hash(t, details.Pepper)
	}
	body := struct {
		Algorithm string   `json:"algorithm"`
		Pepper    string   `json:"pepper"`
		Addresses []string `json:"addresses"`
	}{"sha256", details.Pepper, hashes}
	var reply struct {
		Mappings map[string]id.UserID `json:"mappings"`
	}
	if err := s.call(ctx, http.MethodPost, "/lookup", body, &reply); err != nil {
		return nil, err
	}
	found := map[threepid.ID]id.UserID{}
	for i, h := range hashes {
		if user, ok := reply.Mappings[h]; ok {
			found[ids[i]] = user
		}
	}
	return found, nil
}

// Hash returns the lookup hash of an identifier
// (https://spec.matrix.org/v1.19/identity-service-api/#hashing).
func Hash(t threepid.ID, pepper string) string {
	sum := sha256.Sum256([]byte(t.Address + " " + t.Medium + " " + pepper))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
