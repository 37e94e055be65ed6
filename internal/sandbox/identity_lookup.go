package sandbox

import (
	"net/http"
	"strings"

	"golang.org/x/text/cases"
)

// fold is the canonical form of an e-mail address: https://spec.matrix.org/latest/appendices/#3pid-types.
func fold(address string) string { return cases.Fold().String(address) }

func foldFor(medium, address string) threePID {
	if medium == "email" {
		address = fold(address)
	}
	return threePID{medium, address}
}

func (s *identityServer) hashDetails(c *call) (any, error) {
	if _, err := s.authenticate(c, true); err != nil {
		return nil, err
	}
	return object{"algorithms": []string{"sha256", "none"}, "lookup_pepper": s.pepper}, nil
}

const maxLookups = 10000 // address_lookup_limit

func (s *identityServer) lookup(c *call) (any, error) {
	if _, err := s.authenticate(c, true); err != nil {
		return nil, err
	}
	body, err := c.params("addresses", "algorithm", "pepper")
	if err != nil {
		return nil, err
	}
	addresses, ok := body["addresses"].([]any)
	if !ok {
		return nil, invalidParam("addresses must be a list")
	}
	algorithm := str(body["algorithm"])
	if algorithm != "sha256" && algorithm != "none" {
		return nil, invalidParam("algorithm is not supported")
	}
	if len(addresses) > maxLookups {
		return nil, fail(http.StatusBadRequest, "M_TOO_LARGE", "More than the maximum amount of addresses provided")
	}
	if str(body["pepper"]) != s.pepper {
		f := fail(http.StatusBadRequest, "M_INVALID_PEPPER", "pepper does not match '"+s.pepper+"'")
		f.extra = object{"algorithm": algorithm, "lookup_pepper": s.pepper}
		return nil, f
	}
	if algorithm == "none" {
		return s.lookupPlain(addresses)
	}
	known := map[string]string{}
	for id, user := range s.bound {
		known[lookupHash(id.address, id.medium, s.pepper)] = user
	}
	mappings := object{}
	for _, a := range addresses {
		if user, ok := known[str(a)]; ok {
			mappings[str(a)] = user
		}
	}
	return object{"mappings": mappings}, nil
}

func (s *identityServer) lookupPlain(addresses []any) (any, error) {
	mappings := object{}
	for _, a := range addresses {
		words := strings.Fields(str(a))
		if len(words) != 2 {
			return nil, badRequest("Invalid \"address medium\" pair: \"" + str(a) + "\"")
		}
		if user, ok := s.bound[threePID{words[1], words[0]}]; ok {
			mappings[words[0]+" "+words[1]] = user
		}
	}
	return object{"mappings": mappings}, nil
}

// lookupV1 is the lookup of before hashes, which Dendrite still asks: a signed association.
func (s *identityServer) lookupV1(c *call) (any, error) {
	body, err := c.params("medium", "address")
	if err != nil {
		return nil, err
	}
	id := threePID{str(body["medium"]), str(body["address"])}
	user, ok := s.bound[id]
	if !ok {
		return object{}, nil
	}
	return s.association(id, user), nil
}

// associationLifetime is a hundred years.
const associationLifetime = 100 * 365 * 24 * 60 * 60 * 1000 // ms

func (s *identityServer) association(id threePID, user string) object {
	ts := s.boundAt[id]
	o := object{
		"medium": id.medium, "address": id.address, "mxid": user,
		"ts": number(ts), "not_before": number(ts), "not_after": number(ts + associationLifetime),
	}
	s.signLongTerm(o)
	return o
}

func (s *identityServer) signLongTerm(o object) {
	signJSON(o, host(s.opts.IdentityServerURL), "ed25519:0", s.key)
}
