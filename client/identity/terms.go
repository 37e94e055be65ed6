package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// A Policy is a document that a user must accept before the identity server accepts
// their requests
// (https://spec.matrix.org/v1.19/identity-service-api/#terms-of-service).
type Policy struct {
	ID      string
	Version string
	// Texts maps language tags to the text in that language. A user has to accept
	// only one of them.
	Texts map[string]PolicyText
}

// A PolicyText is the name and the URL of a policy in one language.
type PolicyText struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// In returns the text in the first of the languages that is available. If none is
// available, it returns the English text or, without one, any text.
func (p Policy) In(languages ...string) PolicyText {
	for _, l := range append(languages, "en") {
		if t, ok := p.Texts[l]; ok {
			return t
		}
	}
	for _, l := range slices.Sorted(maps.Keys(p.Texts)) {
		return p.Texts[l]
	}
	return PolicyText{}
}

// Terms returns the policies of the server, sorted by ID. A server without
// terms has no policies.
func (s *Server) Terms(ctx context.Context) ([]Policy, error) {
	var reply struct {
		Policies map[string]map[string]json.RawMessage `json:"policies"`
	}
	if err := s.call(ctx, http.MethodGet, "/terms", nil, &reply); err != nil {
		return nil, err
	}
	var policies []Policy
	for id, members := range reply.Policies {
		p := Policy{ID: id, Texts: map[string]PolicyText{}}
		for name, raw := range members {
			var t PolicyText
			if name == "version" {
				_ = json.Unmarshal(raw, &p.Version)
			} else if json.Unmarshal(raw, &t) == nil && t.URL != "" {
				p.Texts[name] = t
			}
		}
		policies = append(policies, p)
	}
	slices.SortFunc(policies, func(a, b Policy) int { return cmp.Compare(a.ID, b.ID) })
	return policies, nil
}

// AcceptTerms records that the user accepts the policies at these URLs
// (https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2terms).
func (s *Server) AcceptTerms(ctx context.Context, urls []string) error {
	body := struct {
		UserAccepts []string `json:"user_accepts"`
	}{urls}
	return s.call(ctx, http.MethodPost, "/terms", body, nil)
}

// HasURL reports whether the text of the policy in any language is at this URL.
func (p Policy) HasURL(u string) bool {
	for _, t := range p.Texts {
		if t.URL == u {
			return true
		}
	}
	return false
}
