package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/session"
)

// termsError returns a [TermsError] if err says that terms are not accepted, and err
// otherwise. Terms that the user has accepted in another client are accepted without
// asking.
func (s *identityServer) termsError(ctx context.Context, err error) error {
	if !identity.HasCode(err, "M_TERMS_NOT_SIGNED") {
		return err
	}
	policies, err := s.server.Terms(ctx)
	if err != nil {
		return err
	}
	accepted, err := s.acceptedTerms(ctx)
	if err != nil {
		return err
	}
	var missing []identity.Policy
	known := []string{}
	for _, p := range policies {
		if len(p.Texts) == 0 {
			continue // the policy has no text that a user could accept
		}
		i := slices.IndexFunc(accepted, func(u string) bool { return p.HasURL(u) })
		if i < 0 {
			missing = append(missing, p)
		} else {
			known = append(known, accepted[i])
		}
	}
	if len(missing) > 0 {
		return &TermsError{Server: s.server.Name(), Policies: missing}
	}
	return s.server.AcceptTerms(ctx, known)
}

func (s *identityServer) acceptTerms(ctx context.Context, shown []identity.PolicyText) error {
	if err := s.lock.Lock(ctx); err != nil {
		return err
	}
	defer s.lock.Unlock()
	if err := s.choose(ctx); err != nil {
		return err
	}
	accepted, err := s.acceptedTerms(ctx)
	if err != nil {
		return err
	}
	var urls []string
	for _, t := range shown {
		urls = append(urls, t.URL)
		if !slices.Contains(accepted, t.URL) {
			accepted = append(accepted, t.URL)
		}
	}
	if err := s.server.AcceptTerms(ctx, urls); err != nil {
		return fmt.Errorf("accept terms: %w", err)
	}
	return s.setAccountData(ctx, dataAcceptedTerms, acceptedTerms{accepted})
}

type acceptedTerms struct {
	Accepted []string `json:"accepted"`
}

func (s *identityServer) acceptedTerms(ctx context.Context) ([]string, error) {
	var data acceptedTerms
	err := s.accountData(ctx, dataAcceptedTerms, &data)
	return data.Accepted, err
}

// accountData reads the account data of a type into content, which does not change if
// there is none.
func (s *identityServer) accountData(ctx context.Context, typ string, content any) error {
	var raw json.RawMessage
	err := s.hs.Get(ctx, session.Path{"v3", "user", s.user, "account_data", typ}, nil, &raw)
	if HasCode(err, "M_NOT_FOUND") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s of your account: %w", typ, err)
	}
	_ = json.Unmarshal(raw, content) // malformed data counts as none
	return nil
}

func (s *identityServer) setAccountData(ctx context.Context, typ string, content any) error {
	err := s.hs.Call(ctx, http.MethodPut, session.Path{"v3", "user", s.user, "account_data", typ}, nil, content, nil)
	if err != nil {
		return fmt.Errorf("write %s of your account: %w", typ, err)
	}
	return nil
}
