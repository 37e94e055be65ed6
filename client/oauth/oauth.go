// Package oauth is a client of the OAuth 2.0 server that a Matrix homeserver
// names: it registers, signs in by device code or browser, renews and revokes
// (https://spec.matrix.org/v1.19/client-server-api/#oauth-20-api).
package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

const (
	requestTimeout = 30 * time.Second
	maxReply       = 64 << 10
	// longestLife is how long anything is taken to be good for at most: a
	// server may name a number that no duration holds.
	longestLife = 366 * 24 * time.Hour
)

// The grant types that Matrix knows.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// A Client is this program as one OAuth server knows it.
type Client struct {
	Server    Metadata
	ID        string // from [Client.Register], or kept from another day
	Transport http.RoundTripper
	Now       func() time.Time
}

// Tokens is what a sign-in or a refresh gives. It is a secret.
type Tokens struct {
	AccessToken  string
	RefreshToken string    // empty if the server gave none
	ExpiresAt    time.Time // of the access token; zero if the server did not say
}

// Refresh exchanges a refresh token. The one that comes back, if any, is to be
// kept before its access token is used: with that the old one dies.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	t, err := c.tokens(ctx, url.Values{"grant_type": {grantRefresh}, "refresh_token": {refreshToken}})
	if err == nil && t.RefreshToken == "" {
		t.RefreshToken = refreshToken // it goes on being good (RFC 6749, section 6)
	}
	return t, err
}

// Revoke ends the session that a refresh token belongs to. That there is none
// any more is no failure, and is not told apart from success: neither is that the
// token was exchanged, and its session goes on (RFC 7009, section 2.2).
func (c *Client) Revoke(ctx context.Context, refreshToken string) error {
	form := url.Values{"token": {refreshToken}, "token_type_hint": {"refresh_token"}}
	return c.post(ctx, c.Server.RevocationEndpoint, form, nil)
}

// RevokeAccess is [Client.Revoke] for a session without a refresh token.
func (c *Client) RevokeAccess(ctx context.Context, accessToken string) error {
	form := url.Values{"token": {accessToken}, "token_type_hint": {"access_token"}}
	return c.post(ctx, c.Server.RevocationEndpoint, form, nil)
}

// tokens asks the token endpoint.
func (c *Client) tokens(ctx context.Context, form url.Values) (Tokens, error) {
	var reply struct {
		AccessToken  string  `json:"access_token"`
		RefreshToken string  `json:"refresh_token"`
		TokenType    string  `json:"token_type"`
		ExpiresIn    float64 `json:"expires_in"`
	}
	asked := c.Now()
	if err := c.post(ctx, c.Server.TokenEndpoint, form, &reply); err != nil {
		return Tokens{}, err
	}
	if !printable(reply.AccessToken) || !strings.EqualFold(reply.TokenType, "Bearer") ||
		(reply.RefreshToken != "" && !printable(reply.RefreshToken)) {
		return Tokens{}, c.nonsense(c.Server.TokenEndpoint)
	}
	t := Tokens{AccessToken: reply.AccessToken, RefreshToken: reply.RefreshToken}
	if reply.ExpiresIn > 0 {
		// In whole seconds and without a time zone, as it is kept.
		t.ExpiresAt = asked.Add(seconds(reply.ExpiresIn)).UTC().Truncate(time.Second)
	}
	return t, nil
}

// post sends a form in this client's name and reads the answer into reply. A nil
// reply ignores what the answer says.
func (c *Client) post(ctx context.Context, endpoint string, form url.Values, reply any) error {
	form.Set("client_id", c.ID)
	return c.send(ctx, endpoint, form, secretsOf(form), reply)
}

// send sends a form or JSON. Secrets do not come back in an error.
func (c *Client) send(ctx context.Context, endpoint string, body any, secrets []string, reply any) error {
	r := jsonhttp.Request{
		Method: http.MethodPost, URL: endpoint, Body: body, Secrets: secrets,
		OAuth: true, Limit: maxReply, Within: requestTimeout,
	}
	var err error
	if reply == nil {
		_, err = jsonhttp.Do(ctx, c.Transport, r)
	} else {
		err = jsonhttp.Decode(ctx, c.Transport, r, reply)
	}
	if e, ok := errors.AsType[*jsonhttp.ServerError](err); ok {
		return &Error{*e}
	}
	return err
}

func (c *Client) nonsense(endpoint string) error {
	return &Error{jsonhttp.ServerError{Server: hostOf(endpoint), Err: errNonsense}}
}

// secretsOf are the values of a form that nobody else may see.
func secretsOf(form url.Values) []string {
	var hidden []string
	for _, name := range []string{"refresh_token", "token", "code", "code_verifier", "device_code"} {
		if s := form.Get(name); s != "" {
			hidden = append(hidden, s)
		}
	}
	return hidden
}

func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "the OAuth server"
	}
	return u.Host
}

// printable reports whether s can be a token: visible ASCII, and not nothing.
func printable(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// seconds is how OAuth writes how long something is good for.
func seconds(n float64) time.Duration {
	return time.Duration(min(n, longestLife.Seconds()) * float64(time.Second))
}
