// Package session sends requests to a homeserver with the tokens of a session,
// renews the tokens and ends the session.
package session

import (
	"net"
	"net/url"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// A Session is a signed-in device of a user, with its tokens. It is a secret.
type Session struct {
	Homeserver  string      `json:"homeserver"` // base URL
	UserID      id.UserID   `json:"user_id"`
	DeviceID    id.DeviceID `json:"device_id"`
	AccessToken string      `json:"access_token"`
	// DataKey encrypts stored data that identifies invitees. A later session of the
	// same account has the same key.
	DataKey seal.Key `json:"data_key,omitzero"`

	RefreshToken string    `json:"refresh_token,omitempty"` // empty if the session is not renewed
	ExpiresAt    time.Time `json:"expires_at,omitzero"`     // of the access token; zero if not known

	// These are empty if the session is not from an OAuth server.
	Issuer             string `json:"issuer,omitempty"`
	ClientID           string `json:"client_id,omitempty"`
	TokenEndpoint      string `json:"token_endpoint,omitempty"`
	RevocationEndpoint string `json:"revocation_endpoint,omitempty"`
	// AccountURL is the web page on which the user manages the account.
	AccountURL string `json:"account_url,omitempty"`
}

// ByOAuth reports whether the session is from an OAuth server.
func (s Session) ByOAuth() bool { return s.ClientID != "" }

// With returns the session with other tokens.
func (s Session) With(t oauth.Tokens) Session {
	s.AccessToken, s.RefreshToken, s.ExpiresAt = t.AccessToken, t.RefreshToken, t.ExpiresAt
	return s
}

// LoopbackHost returns the host and port of a homeserver that is used over http at
// a loopback address. It is empty for all other homeservers.
func (s Session) LoopbackHost() string {
	u, err := url.Parse(s.Homeserver)
	if err != nil || u.Scheme != "http" || u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback() {
		return ""
	}
	return u.Host
}

// revocable reports whether the session can be ended at its OAuth server.
func (s Session) revocable() bool { return s.ByOAuth() && s.RevocationEndpoint != "" }

// A TokenReply is the part of a homeserver's response that holds new tokens.
type TokenReply struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresInMS  int64  `json:"expires_in_ms"`
}

// Tokens returns the tokens of a response to a request that was sent at a time.
func (r TokenReply) Tokens(sent time.Time) oauth.Tokens {
	t := oauth.Tokens{AccessToken: r.AccessToken, RefreshToken: r.RefreshToken}
	const longest = int64(366 * 24 * time.Hour / time.Millisecond)
	if r.ExpiresInMS > 0 {
		life := time.Duration(min(r.ExpiresInMS, longest)) * time.Millisecond
		t.ExpiresAt = sent.Add(life).UTC().Truncate(time.Second)
	}
	return t
}
