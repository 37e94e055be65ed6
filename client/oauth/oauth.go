// Package oauth is a client of the OAuth 2.0 API of Matrix homeservers: client
// registration, sign-in by device code or browser, token refresh and revocation
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
	// longestLife limits durations in responses: a server may send a number that
	// overflows [time.Duration].
	longestLife = 366 * 24 * time.Hour
)

// Grant types that Matrix uses.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// A Client sends the requests of this program to one OAuth server.
type Client struct {
	Server    Metadata
	ID        string // client ID; set by [Client.RegisterDevice] or [Client.RegisterBrowser]
	Transport http.RoundTripper
	Now       func() time.Time
}

// Tokens is the result of a sign-in or a refresh. It is secret.
type Tokens struct {
	AccessToken  string
	RefreshToken string    // empty if the server issued none
	ExpiresAt    time.Time // expiry of the access token; zero if the server did not send it
}

// Refresh exchanges a refresh token for new tokens. If there is a new refresh
// token, save it before you use the new access token: the first use of the access
// token invalidates the old refresh token.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (Tokens, error) {
	t, err := c.tokens(ctx, url.Values{"grant_type": {grantRefresh}, "refresh_token": {refreshToken}})
	if err == nil && t.RefreshToken == "" {
		t.RefreshToken = refreshToken // it stays valid (RFC 6749, section 6)
	}
	return t, err
}

// Revoke ends the session of a refresh token. If the session has already ended,
// Revoke returns nil. It also returns nil, without ending the session, if the
// refresh token has been exchanged for a new one (RFC 7009, section 2.2).
func (c *Client) Revoke(ctx context.Context, refreshToken string) error {
	form := url.Values{"token": {refreshToken}, "token_type_hint": {"refresh_token"}}
	return c.post(ctx, c.Server.RevocationEndpoint, form, nil)
}

// RevokeAccess ends a session that has no refresh token.
func (c *Client) RevokeAccess(ctx context.Context, accessToken string) error {
	form := url.Values{"token": {accessToken}, "token_type_hint": {"access_token"}}
	return c.post(ctx, c.Server.RevocationEndpoint, form, nil)
}

// tokens sends a request to the token endpoint.
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
		return Tokens{}, c.invalid(c.Server.TokenEndpoint)
	}
	t := Tokens{AccessToken: reply.AccessToken, RefreshToken: reply.RefreshToken}
	if reply.ExpiresIn > 0 {
		// UTC and whole seconds, like the stored form.
		t.ExpiresAt = asked.Add(seconds(reply.ExpiresIn)).UTC().Truncate(time.Second)
	}
	return t, nil
}

// post sends a form with the client ID and decodes the response into reply. If
// reply is nil, the response is ignored.
func (c *Client) post(ctx context.Context, endpoint string, form url.Values, reply any) error {
	form.Set("client_id", c.ID)
	return c.send(ctx, endpoint, form, secretsOf(form), reply)
}

// send sends a form or JSON. It removes secrets from the server's error message.
func (c *Client) send(ctx context.Context, endpoint string, body any, secrets []string, reply any) error {
	r := jsonhttp.Request{
		Method: http.MethodPost, URL: endpoint, Body: body, Secrets: secrets,
		OAuth: true, Limit: maxReply, Within: requestTimeout,
	}
	var err error
	if reply == nil {
		var res *jsonhttp.Response
		if res, err = jsonhttp.Do(ctx, c.Transport, r); err == nil {
			res.Close()
		}
	} else {
		err = jsonhttp.Decode(ctx, c.Transport, r, reply)
	}
	if e, ok := errors.AsType[*jsonhttp.ServerError](err); ok {
		return &Error{*e}
	}
	return err
}

func (c *Client) invalid(endpoint string) error {
	return &Error{jsonhttp.ServerError{Server: hostOf(endpoint), Err: errInvalid}}
}

// secretsOf returns the secret values of a form.
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

// printable reports whether s is not empty and contains only visible ASCII
// characters, as tokens do.
func printable(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// seconds converts a number of seconds in a response.
func seconds(n float64) time.Duration {
	return time.Duration(min(n, longestLife.Seconds()) * float64(time.Second))
}
