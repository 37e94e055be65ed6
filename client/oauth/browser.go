package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// maxRedirectURL is the maximum length of a URL that the browser is redirected to,
// in bytes.
const maxRedirectURL = 16 << 10

// An Authorization is a sign-in with a browser that is not complete yet
// (https://spec.matrix.org/v1.19/client-server-api/#authorization-code-flow).
type Authorization struct {
	URL string // to open in the browser

	redirectURI, state, verifier string
}

// Authorize prepares a sign-in with a browser. userID is a hint for the server's
// login form; it may be empty.
func (c *Client) Authorize(redirectURI, scope, userID string) (Authorization, error) {
	a := Authorization{redirectURI: redirectURI, state: random(), verifier: random()}
	u, err := url.Parse(c.Server.AuthorizationEndpoint)
	if err != nil {
		return a, c.invalid(c.Server.AuthorizationEndpoint)
	}
	challenge := sha256.Sum256([]byte(a.verifier))
	q := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "response_mode": "query", "client_id": c.ID, "redirect_uri": redirectURI,
		"scope": scope, "state": a.state,
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "code_challenge_method": "S256",
	} {
		q.Set(name, value)
	}
	if userID != "" {
		q.Set("login_hint", "mxid:"+userID)
	}
	u.RawQuery = q.Encode()
	a.URL = u.String()
	return a, nil
}

// Expects reports whether finalURL is the redirect of this sign-in: its
// redirect URI with its state. The redirect of a failed sign-in counts, too.
func (a Authorization) Expects(finalURL string) bool {
	_, err := a.read(finalURL)
	return err == nil
}

func (a Authorization) read(finalURL string) (url.Values, error) {
	values, err := RedirectParams(a.redirectURI, finalURL)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(values.Get("state")), []byte(a.state)) != 1 {
		return nil, ErrState
	}
	return values, nil
}

// Redeem exchanges the code in finalURL, which the browser was redirected to, for
// tokens.
func (c *Client) Redeem(ctx context.Context, a Authorization, finalURL string) (Tokens, error) {
	values, err := a.read(finalURL)
	if err != nil {
		return Tokens{}, err
	}
	// Otherwise the code of another server could be sent to this one (RFC 9207,
	// section 2.4).
	if iss := values.Get("iss"); (values.Has("iss") || c.Server.NamesIssuer) && iss != c.Server.Issuer {
		return Tokens{}, ErrMixUp
	}
	switch code := values.Get("code"); {
	case values.Get("error") == "access_denied":
		return Tokens{}, ErrDenied
	case values.Has("error"):
		e := &Error{jsonhttp.ServerError{
			Server: hostOf(c.Server.AuthorizationEndpoint), Code: values.Get("error"), Message: values.Get("error_description"),
		}}
		e.Hide(a.state, a.verifier)
		return Tokens{}, e
	case code == "":
		return Tokens{}, ErrNotRedirect
	default:
		t, err := c.tokens(ctx, url.Values{
			"grant_type": {grantCode}, "code": {code}, "redirect_uri": {a.redirectURI}, "code_verifier": {a.verifier},
		})
		if err != nil {
			return Tokens{}, fmt.Errorf("exchange the code: %w", err)
		}
		return t, nil
	}
}

// RedirectParams returns the parameters of finalURL, a URL that the browser was
// redirected to. It accepts a URL that a user has copied: with line breaks from a
// terminal, or without the scheme, which some browsers hide.
func RedirectParams(redirectURI, finalURL string) (url.Values, error) {
	finalURL = strings.Join(strings.Fields(finalURL), "")
	want, err := url.Parse(redirectURI)
	if err != nil || len(finalURL) > maxRedirectURL {
		return nil, ErrNotRedirect
	}
	if address, _, _ := strings.Cut(finalURL, "?"); !strings.Contains(address, "://") {
		finalURL = want.Scheme + "://" + finalURL
	}
	got, err := url.Parse(finalURL)
	if err != nil || got.Scheme != want.Scheme || got.Host != want.Host || got.Path != want.Path {
		return nil, ErrNotRedirect
	}
	query := got.RawQuery
	if got.Fragment != "" {
		query = strings.TrimPrefix(query+"&"+got.EscapedFragment(), "&")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, ErrNotRedirect
	}
	return values, nil
}

// random returns a random string of the characters that are allowed in a PKCE
// verifier (RFC 7636, section 4.1).
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
