package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// Account data about identity servers
// (https://spec.matrix.org/v1.19/client-server-api/#midentity_server,
// https://spec.matrix.org/v1.19/client-server-api/#maccepted_terms).
const (
	dataIdentityServer = "m.identity_server"
	dataAcceptedTerms  = "m.accepted_terms"
)

// A Source says where the choice of the identity server comes from.
type Source string

// The sources, in the order in which they are used.
const (
	FromAccount    Source = "your account"
	FromHomeserver Source = "your homeserver"
	FromConfig     Source = "the configuration"
)

// identityServer finds the identity server of an account and signs in to it.
type identityServer struct {
	hs         *session.Client
	user       id.UserID
	homeserver string // base URL
	transport  http.RoundTripper
	configured string // base URL; empty if none is configured

	lock   ctxlock.Mutex // for the fields below
	server *identity.Server
	source Source
	ready  bool // the account is signed in and the terms are accepted
}

func newIdentityServer(opt Options, user Session, hs *session.Client) *identityServer {
	return &identityServer{
		hs: hs, user: user.UserID, homeserver: user.Homeserver, transport: opt.Transport,
		configured: opt.IdentityServer, lock: ctxlock.New(),
	}
}

// IdentityServer returns the base URL of the account's identity server, and where that
// choice comes from. It sends no request to the identity server.
func (a *Account) IdentityServer(ctx context.Context) (baseURL string, source Source, err error) {
	return a.identity.find(ctx)
}

// UseIdentityServer signs in to the identity server, unless the account is signed in
// already. The error is a [TermsError] if the user has to accept its terms first.
func (a *Account) UseIdentityServer(ctx context.Context) error {
	_, err := a.identity.signedIn(ctx)
	return err
}

// AcceptTerms accepts policies of the identity server, in the languages that the user
// was shown, and records that in the account data for other clients.
func (a *Account) AcceptTerms(ctx context.Context, shown []identity.PolicyText) error {
	return a.identity.acceptTerms(ctx, shown)
}

// Lookup asks the identity server for the user that an address is bound to; empty if
// there is none.
func (a *Account) Lookup(ctx context.Context, address threepid.ID) (id.UserID, error) {
	found, _, err := a.identity.lookup(ctx, address)
	return found[address], err
}

// find returns the base URL of the identity server.
func (s *identityServer) find(ctx context.Context) (baseURL string, source Source, err error) {
	if err := s.lock.Lock(ctx); err != nil {
		return "", "", err
	}
	defer s.lock.Unlock()
	if err := s.choose(ctx); err != nil {
		return "", "", err
	}
	return s.server.URL(), s.source, nil
}

// signedIn returns the identity server once the account is signed in and its terms
// are accepted.
func (s *identityServer) signedIn(ctx context.Context) (*identity.Server, error) {
	if err := s.lock.Lock(ctx); err != nil {
		return nil, err
	}
	defer s.lock.Unlock()
	if err := s.choose(ctx); err != nil {
		return nil, err
	}
	if !s.ready {
		if err := s.register(ctx); err != nil {
			return nil, err
		}
		s.ready = true
	}
	return s.server, nil
}

// signInAgain makes the next use sign in again.
func (s *identityServer) signInAgain(ctx context.Context) {
	if s.lock.Lock(ctx) != nil {
		return
	}
	defer s.lock.Unlock()
	s.ready = false
}

// do calls f with the identity server. If the server no longer knows the account or
// has new terms, do signs in and calls f once more.
func (s *identityServer) do(ctx context.Context, f func(*identity.Server) error) error {
	server, err := s.signedIn(ctx)
	if err != nil {
		return err
	}
	err = f(server)
	if identity.HasCode(err, "M_UNAUTHORIZED") || identity.HasCode(err, "M_TERMS_NOT_SIGNED") {
		s.signInAgain(ctx)
		if server, err = s.signedIn(ctx); err == nil {
			err = f(server)
		}
	}
	return err
}

// lookup asks the identity server for the users that addresses are bound to, and
// returns its host. Addresses that are not bound are not in found.
func (s *identityServer) lookup(ctx context.Context, addresses ...threepid.ID) (found map[threepid.ID]id.UserID, host string, err error) {
	err = s.do(ctx, func(server *identity.Server) (err error) {
		host = server.Name()
		found, err = server.Lookup(ctx, addresses...)
		return err
	})
	return found, host, err
}

// choose sets the server: that of the account data, else that of the homeserver, else
// the configured one
// (https://spec.matrix.org/v1.19/client-server-api/#identity-servers). The caller
// holds the lock.
func (s *identityServer) choose(ctx context.Context) error {
	if s.server != nil {
		return nil
	}
	base, source, err := s.baseURL(ctx)
	if err != nil {
		return err
	}
	if u, err := url.Parse(base); source != FromConfig && err == nil && !discovery.Encrypted(u) {
		return fmt.Errorf("%s names the identity server %q: %w", source, u.Redacted(), errPlainHTTP)
	}
	if s.server, err = identity.New(base, s.transport); err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	s.source = source
	return nil
}

var (
	errPlainHTTP = errors.New("not an https URL")
	errOpenID    = errors.New("ask the homeserver for an OpenID token")
)

func (s *identityServer) baseURL(ctx context.Context) (string, Source, error) {
	var chosen map[string]json.RawMessage
	if err := s.accountData(ctx, dataIdentityServer, &chosen); err != nil {
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
	if base := s.wellKnown(ctx); base != "" {
		return base, FromHomeserver, nil
	}
	if err := ctx.Err(); err != nil {
		return "", "", err
	}
	if s.configured != "" {
		return s.configured, FromConfig, nil
	}
	return "", "", ErrNoIdentityServer
}

// wellKnown returns the identity server in the .well-known document of the Matrix
// ID's domain or else of the homeserver; empty if there is none.
func (s *identityServer) wellKnown(ctx context.Context) string {
	for _, base := range []string{"https://" + s.user.Homeserver(), strings.TrimRight(s.homeserver, "/")} {
		wk, err := discovery.WellKnown(ctx, s.transport, base)
		if err == nil && wk.IdentityServer.BaseURL != "" {
			return strings.TrimRight(wk.IdentityServer.BaseURL, "/")
		}
	}
	return ""
}

// register signs in to the identity server with an OpenID token of the homeserver.
func (s *identityServer) register(ctx context.Context) error {
	var openID json.RawMessage
	err := s.hs.Call(ctx, http.MethodPost, session.Path{"v3", "user", s.user, "openid", "request_token"}, nil, struct{}{}, &openID)
	if err != nil {
		return fmt.Errorf("%w: %w", errOpenID, err)
	}
	if err := s.server.Register(ctx, openID); err != nil {
		return s.termsError(ctx, err)
	}
	return s.termsError(ctx, s.server.CheckAccount(ctx))
}

// logout invalidates the access token for the identity server, if there is one. Errors
// are ignored: the token expires unused.
func (s *identityServer) logout(ctx context.Context) {
	if s.lock.Lock(ctx) != nil {
		return
	}
	defer s.lock.Unlock()
	if s.server != nil && s.ready {
		_ = s.server.Logout(ctx)
	}
	s.ready = false
}
