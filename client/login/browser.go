package login

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/oauth"
)

// PastedRedirectURI is the redirect URI if this program does not listen on a port: the
// user copies the address from the browser. It is a loopback address, because servers
// accept these for programs that cannot keep a secret (RFC 8252, section 7.3), and the
// browser sends nothing to another machine.
const PastedRedirectURI = "http://127.0.0.1:4711/callback"

// A Browser is a sign-in by OAuth in a browser that is not complete yet.
type Browser struct {
	oauthSignIn
	authorization oauth.Authorization
}

// StartBrowser begins a sign-in by OAuth in a browser. redirectURI is an address on
// this machine, such as http://127.0.0.1:4711/callback. No program needs to listen on
// it (https://spec.matrix.org/v1.19/client-server-api/#authorization-code-flow).
func StartBrowser(ctx context.Context, opt client.Options, hs discovery.Homeserver, redirectURI string) (*Browser, error) {
	if hs.OAuth == nil || !hs.OAuth.OffersBrowser() {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNotOffered)
	}
	s := &Browser{oauthSignIn: newOAuthSignIn(opt, hs)}
	err := s.client.RegisterBrowser(ctx, redirectURI)
	if err == nil {
		who := cmp.Or(opt.Again.UserID, hs.UserID)
		s.authorization, err = s.client.Authorize(redirectURI, s.scope(), string(who))
	}
	if err != nil {
		return nil, s.failed(err)
	}
	return s, nil
}

// URL returns the address to open in the browser.
func (s *Browser) URL() string { return s.authorization.URL }

// Expects reports whether an address is the redirect of this sign-in, successful or
// not.
func (s *Browser) Expects(finalURL string) bool { return s.authorization.Expects(finalURL) }

// Finish returns the account. finalURL is the address to which the browser was
// redirected.
func (s *Browser) Finish(ctx context.Context, finalURL string) (*client.Account, error) {
	t, err := s.client.Redeem(ctx, s.authorization, finalURL)
	return s.finish(ctx, t, err)
}

// An SSO is a legacy single sign-on in a browser that is not complete yet.
type SSO struct {
	opt      client.Options
	hs       discovery.Homeserver
	url      string
	redirect string
	state    string
}

// StartSSO begins a sign-in by legacy single sign-on. provider is the ID of one of the
// homeserver's identity providers; if it is empty, the homeserver asks the user.
// redirectURL is as for [StartBrowser]
// (https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso).
func StartSSO(_ context.Context, opt client.Options, hs discovery.Homeserver, redirectURL, provider string) (*SSO, error) {
	known := provider == "" || slices.ContainsFunc(hs.Providers, func(p discovery.Provider) bool { return p.ID == provider })
	if !hs.Offers(discovery.FlowSSO) || !known {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNotOffered)
	}
	s := &SSO{opt: opt, hs: hs, redirect: redirectURL, state: rand.Text()}
	back, err := url.Parse(redirectURL)
	if err != nil {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, err)
	}
	// The protocol has no parameter state, so the redirect URL contains one.
	query := back.Query()
	query.Set("state", s.state)
	back.RawQuery = query.Encode()
	s.url = strings.TrimRight(hs.BaseURL, "/") + "/_matrix/client/v3/login/sso/redirect"
	if provider != "" {
		s.url += "/" + url.PathEscape(provider)
	}
	s.url += "?" + url.Values{"redirectUrl": {back.String()}, "action": {"login"}}.Encode()
	return s, nil
}

// URL returns the address to open in the browser.
func (s *SSO) URL() string { return s.url }

// Expects is like [Browser.Expects].
func (s *SSO) Expects(finalURL string) bool {
	_, err := s.read(finalURL)
	return err == nil
}

func (s *SSO) read(finalURL string) (token string, err error) {
	values, err := oauth.RedirectParams(s.redirect, finalURL)
	switch {
	case err != nil:
		return "", err
	case subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(s.state)) != 1:
		return "", oauth.ErrState
	case values.Get("loginToken") == "":
		return "", oauth.ErrNotRedirect
	}
	return values.Get("loginToken"), nil
}

// Finish is like [Browser.Finish].
func (s *SSO) Finish(ctx context.Context, finalURL string) (*client.Account, error) {
	token, err := s.read(finalURL)
	var a *client.Account
	if err == nil {
		a, err = login(ctx, s.opt, s.hs, loginRequest{Type: discovery.FlowToken, Token: token})
	}
	if client.HasCode(err, "M_FORBIDDEN") {
		err = client.ErrLoginToken
	}
	if err != nil {
		return nil, fmt.Errorf("sign in on %s: %w", s.hs.Name, err)
	}
	return a, nil
}
