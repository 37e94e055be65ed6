package identityserver

import (
	"net/http"
	"strings"

	"github.com/mxinvite/mxinvite/internal/sandbox/api"
	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
	"github.com/mxinvite/mxinvite/internal/sandbox/threepid"
)

func (s *IdentityServer) hashDetails(c *api.Call) (any, error) {
	if _, err := s.authenticate(c, true); err != nil {
		return nil, err
	}
	return object{"algorithms": []string{"sha256", "none"}, "lookup_pepper": s.pepper}, nil
}

const maxLookups = 10000 // address_lookup_limit

func (s *IdentityServer) lookup(c *api.Call) (any, error) {
	if _, err := s.authenticate(c, true); err != nil {
		return nil, err
	}
	body, err := params(c, "addresses", "algorithm", "pepper")
	if err != nil {
		return nil, err
	}
	addresses, ok := body["addresses"].([]any)
	if !ok {
		return nil, api.InvalidParam("addresses must be a list")
	}
	algorithm := signedjson.String(body["algorithm"])
	if algorithm != "sha256" && algorithm != "none" {
		return nil, api.InvalidParam("algorithm is not supported")
	}
	if len(addresses) > maxLookups {
		return nil, api.Fail(http.StatusBadRequest, "M_TOO_LARGE", "More than the maximum amount of addresses provided")
	}
	if signedjson.String(body["pepper"]) != s.pepper {
		f := api.Fail(http.StatusBadRequest, "M_INVALID_PEPPER", "pepper does not match '"+s.pepper+"'")
		f.Extra = object{"algorithm": algorithm, "lookup_pepper": s.pepper}
		return nil, f
	}
	if algorithm == "none" {
		return s.lookupPlain(addresses)
	}
	known := map[string]string{}
	for id, user := range s.bound {
		known[threepid.Hash(id.Address, id.Medium, s.pepper)] = user
	}
	mappings := object{}
	for _, a := range addresses {
		if user, ok := known[signedjson.String(a)]; ok {
			mappings[signedjson.String(a)] = user
		}
	}
	return object{"mappings": mappings}, nil
}

func (s *IdentityServer) lookupPlain(addresses []any) (any, error) {
	mappings := object{}
	for _, a := range addresses {
		words := strings.Fields(signedjson.String(a))
		if len(words) != 2 {
			return nil, api.BadRequest("Invalid \"address medium\" pair: \"" + signedjson.String(a) + "\"")
		}
		if user, ok := s.bound[threepid.ID{Medium: words[1], Address: words[0]}]; ok {
			mappings[words[0]+" "+words[1]] = user
		}
	}
	return object{"mappings": mappings}, nil
}

// lookupV1 is the lookup without hashes, which Dendrite uses. It returns a signed association.
func (s *IdentityServer) lookupV1(c *api.Call) (any, error) {
	body, err := params(c, "medium", "address")
	if err != nil {
		return nil, err
	}
	id := threepid.ID{Medium: signedjson.String(body["medium"]), Address: signedjson.String(body["address"])}
	user, ok := s.bound[id]
	if !ok {
		return object{}, nil
	}
	return s.association(id, user), nil
}

// associationLifetime is a hundred years.
const associationLifetime = 100 * 365 * 24 * 60 * 60 * 1000 // ms

func (s *IdentityServer) association(id threepid.ID, user string) object {
	ts := s.boundAt[id]
	o := object{
		"medium": id.Medium, "address": id.Address, "mxid": user,
		"ts": signedjson.Number(ts), "not_before": signedjson.Number(ts), "not_after": signedjson.Number(ts + associationLifetime),
	}
	s.signLongTerm(o)
	return o
}

func (s *IdentityServer) signLongTerm(o object) {
	signedjson.Sign(o, network.Host(s.IdentityServerURL()), "ed25519:0", s.key)
}
