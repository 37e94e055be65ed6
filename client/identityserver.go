package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
	"github.com/mxinvite/mxinvite/client/session"
)

// The account data that tells of identity servers
// (https://spec.matrix.org/v1.19/client-server-api/#midentity_server,
// https://spec.matrix.org/v1.19/client-server-api/#maccepted_terms).
const (
	dataIdentityServer = "m.identity_server"
	dataAcceptedTerms  = "m.accepted_terms"
)

// A Source says who named an identity server.
type Source string

// An identity server is named by one of these, the first that names one.
const (
	FromAccount    Source = "your account"
	FromHomeserver Source = "your homeserver"
	FromConfig     Source = "the configuration"
)

// identityState is the identity server in use, found and signed in to at most
// once at a time.
type identityState struct {
	turn   ctxlock.Mutex // whoever has it may use the rest
	server *identity.Server
	source Source
	ready  bool // the server knows us and its terms are accepted
}

// withIdentity runs f while nobody else uses the account's identity state.
func (a *Account) withIdentity(ctx context.Context, f func(*identityState) error) error {
	if err := a.identity.turn.Lock(ctx); err != nil {
		return err
	}
	defer a.identity.turn.Unlock()
	return f(&a.identity)
}

// IdentityServer says which identity server the account uses and who named it.
// Nothing is sent there.
func (a *Account) IdentityServer(ctx context.Context) (baseURL string, source Source, err error) {
	err = a.withIdentity(ctx, func(s *identityState) error {
		if err := a.findIdentityServer(ctx, s); err != nil {
			return err
		}
		baseURL, source = s.server.URL(), s.source
		return nil
	})
	return baseURL, source, err
}

// UseIdentityServer signs in to the identity server, if that was not done yet.
// The error is a [TermsError] if its terms have to be accepted first.
func (a *Account) UseIdentityServer(ctx context.Context) error {
	_, err := a.signedInServer(ctx)
	return err
}

// signedInServer returns the identity server once it knows the account and its
// terms are accepted. Otherwise the error says what is missing, a
// [TermsError] for instance.
func (a *Account) signedInServer(ctx context.Context) (server *identity.Server, err error) {
	err = a.withIdentity(ctx, func(s *identityState) error {
		if err := a.findIdentityServer(ctx, s); err != nil {
			return err
		}
		if !s.ready {
			if err := a.register(ctx, s.server); err != nil {
				return err
			}
			s.ready = true
		}
		server = s.server
		return nil
	})
	return server, err
}

// forgetIdentityToken makes the next use sign in to the identity server again.
func (a *Account) forgetIdentityToken(ctx context.Context) {
	_ = a.withIdentity(ctx, func(s *identityState) error {
		s.ready = false
		return nil
	})
}

// withServer calls f with the identity server. If the server has forgotten the
// account or has new terms meanwhile, it signs in and calls f once more.
func (a *Account) withServer(ctx context.Context, f func(*identity.Server) error) error {
	server, err := a.signedInServer(ctx)
	if err != nil {
		return err
	}
	err = f(server)
	if identity.HasCode(err, "M_UNAUTHORIZED") || identity.HasCode(err, "M_TERMS_NOT_SIGNED") {
		a.forgetIdentityToken(ctx)
		if server, err = a.signedInServer(ctx); err == nil {
			err = f(server)
		}
	}
	return err
}

// findIdentityServer settles which server to use: the account's own choice,
// then the homeserver's, then the configured one
// (https://spec.matrix.org/v1.19/client-server-api/#identity-servers).
func (a *Account) findIdentityServer(ctx context.Context, s *identityState) error {
	if s.server != nil {
		return nil
	}
	base, source, err := a.nameIdentityServer(ctx)
	if err != nil {
		return err
	}
	if u, err := url.Parse(base); source != FromConfig && (err != nil || !discovery.Encrypted(u)) {
		return fmt.Errorf("%s names the identity server %s: %w", source, base, errPlainHTTP)
	}
	if s.server, err = identity.New(base, a.opt.Transport); err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	s.source = source
	return nil
}

var errPlainHTTP = errors.New("not an https URL")

func (a *Account) nameIdentityServer(ctx context.Context) (string, Source, error) {
	var chosen map[string]json.RawMessage
	err := a.accountData(ctx, dataIdentityServer, &chosen)
	if err != nil {
		return "", "", err
	}
	if raw, ok := chosen["base_url"]; ok {
		var base *string
		if json.Unmarshal(raw, &base) == nil && base == nil {
			return "", "", ErrIdentityServerOff
		} else if base != nil && *base != "" {
			return *base, FromAccount, nil
		}
	}
	if base := a.wellKnownIdentityServer(ctx); base != "" {
		return base, FromHomeserver, nil
	}
	if err := ctx.Err(); err != nil {
		return "", "", err
	}
	if a.opt.IdentityServer != "" {
		return a.opt.IdentityServer, FromConfig, nil
	}
	return "", "", ErrNoIdentityServer
}

// wellKnownIdentityServer asks the domain in the account's Matrix ID, and for
// servers without one of their own the homeserver itself.
func (a *Account) wellKnownIdentityServer(ctx context.Context) string {
	for _, base := range []string{"https://" + a.session.UserID.Homeserver(), strings.TrimRight(a.session.Homeserver, "/")} {
		wk, err := discovery.WellKnown(ctx, a.opt.Transport, base)
		if err == nil && wk.IdentityServer.BaseURL != "" {
			return strings.TrimRight(wk.IdentityServer.BaseURL, "/")
		}
	}
	return ""
}

// register makes the account known to an identity server with an OpenID token
// of the homeserver, and sees to the terms.
func (a *Account) register(ctx context.Context, server *identity.Server) error {
	var openID json.RawMessage
	err := a.hs.Call(ctx, http.MethodPost, session.Path{"v3", "user", a.session.UserID, "openid", "request_token"}, nil, struct{}{}, &openID)
	if err != nil {
		return fmt.Errorf("ask the homeserver to vouch for you: %w", err)
	}
	if err := server.Register(ctx, openID); err != nil {
		return a.termsOr(ctx, server, err)
	}
	return a.termsOr(ctx, server, server.CheckAccount(ctx))
}

// termsOr returns err, but if err says that terms are not accepted, a
// TermsError that holds them. Terms that the account has accepted in another
// client are accepted here without a question.
func (a *Account) termsOr(ctx context.Context, server *identity.Server, err error) error {
	if !identity.HasCode(err, "M_TERMS_NOT_SIGNED") {
		return err
	}
	policies, err := server.Terms(ctx)
	if err != nil {
		return err
	}
	accepted, err := a.acceptedTerms(ctx)
	if err != nil {
		return err
	}
	var waiting []identity.Policy
	known := []string{}
	for _, p := range policies {
		if len(p.Texts) == 0 {
			continue // there is nothing that anybody could accept
		}
		i := slices.IndexFunc(accepted, func(u string) bool { return p.HasURL(u) })
		if i < 0 {
			waiting = append(waiting, p)
		} else {
			known = append(known, accepted[i])
		}
	}
	if len(waiting) > 0 {
		return &TermsError{Server: server.Name(), Policies: waiting}
	}
	return server.AcceptTerms(ctx, known)
}

// AcceptTerms accepts policies of the identity server in the languages that
// were shown, and remembers that in the account for other clients.
func (a *Account) AcceptTerms(ctx context.Context, shown []identity.PolicyText) error {
	return a.withIdentity(ctx, func(s *identityState) error {
		if err := a.findIdentityServer(ctx, s); err != nil {
			return err
		}
		accepted, err := a.acceptedTerms(ctx)
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
		return a.setAccountData(ctx, dataAcceptedTerms, acceptedTerms{accepted})
	})
}

type acceptedTerms struct {
	Accepted []string `json:"accepted"`
}

func (a *Account) acceptedTerms(ctx context.Context) ([]string, error) {
	var data acceptedTerms
	err := a.accountData(ctx, dataAcceptedTerms, &data)
	return data.Accepted, err
}

// accountData reads a piece of the account's data into content, which keeps
// its value if there is none.
func (a *Account) accountData(ctx context.Context, typ string, content any) error {
	var raw json.RawMessage
	err := a.hs.Get(ctx, session.Path{"v3", "user", a.session.UserID, "account_data", typ}, nil, &raw)
	if HasCode(err, "M_NOT_FOUND") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s of your account: %w", typ, err)
	}
	_ = json.Unmarshal(raw, content) // data of the wrong shape counts as none
	return nil
}

func (a *Account) setAccountData(ctx context.Context, typ string, content any) error {
	err := a.hs.Call(ctx, http.MethodPut, session.Path{"v3", "user", a.session.UserID, "account_data", typ}, nil, content, nil)
	if err != nil {
		return fmt.Errorf("write %s of your account: %w", typ, err)
	}
	return nil
}

// leaveIdentityServer gives the identity server's token back, if there is one.
// Nobody is helped by an error here: the token dies unused.
func (a *Account) leaveIdentityServer(ctx context.Context) {
	_ = a.withIdentity(ctx, func(s *identityState) error {
		if s.server != nil && s.ready {
			_ = s.server.Logout(ctx)
		}
		s.ready = false
		return nil
	})
}
