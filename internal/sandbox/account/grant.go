package account

import (
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A Grant is a sign-in with refresh tokens, from the OAuth server or from the homeserver itself.
type Grant struct {
	user   *User
	device string
	Client string // of OAuth; empty for a grant of the homeserver itself
	Scope  string
	last   *Session // the newest access token
	latest *RefreshToken
	Ended  bool
}

// A RefreshToken is valid until one of the tokens that it was exchanged for is used. Until then a client that did not get
// the response can repeat the request.
type RefreshToken struct {
	Grant  *Grant
	Token  string
	access *Session   // issued with it
	Next   *TokenPair // the tokens it was exchanged for; nil if it was not
}

// A TokenPair is an access token and the refresh token that was issued with it.
type TokenPair struct {
	Access  *Session
	Refresh *RefreshToken
}

// Spent reports whether a refresh token is no longer valid.
func (t *RefreshToken) Spent() bool {
	return t.Grant.Ended || t.Next != nil && (t.Next.Access.Used || t.Next.Refresh.Next != nil)
}

// NewGrant gives a new session a refresh token. client and scope are empty without OAuth.
func (a *Store) NewGrant(s *Session, client, scope string) *TokenPair {
	delete(a.Sessions, s.Token)
	return a.issue(&Grant{user: s.User, device: s.Device, Client: client, Scope: scope})
}

// issue adds the next tokens of a grant.
func (a *Store) issue(g *Grant) *TokenPair {
	access, refresh := "syt_"+signedjson.EncodeURLBase64([]byte(g.user.ID[1:])), "syr_"+signedjson.EncodeURLBase64([]byte(g.user.ID[1:]))
	if g.Client != "" {
		access, refresh = "mat", "mar"
		if g.last != nil { // the homeserver keeps its old access token until it expires
			delete(a.Sessions, g.last.Token)
		}
	}
	s := a.mint(g.user, g.device, a.newToken(access))
	s.Grant, s.Expires = g, a.Now().Add(a.Ways.TokenLifetime)
	g.last = s
	r := &RefreshToken{Grant: g, Token: a.newToken(refresh), access: s}
	a.RefreshTokens[r.Token] = r
	g.latest = r
	return &TokenPair{s, r}
}

// newToken returns a token with the parts of a real one.
func (a *Store) newToken(prefix string) string {
	return prefix + "_" + a.Random.Pick("renewed token", network.Alphanumeric, 30) + "_" + a.Random.Pick("renewed token", network.Alphanumeric, 6)
}

// Renew exchanges a refresh token, which must not be spent, for new tokens. It revokes the unused tokens of an earlier
// exchange: refresh_token_grant in crates/handlers/src/oauth2/token.rs of the Matrix
// Authentication Service, replace_refresh_token in synapse/storage/databases/main/registration.py.
func (a *Store) Renew(t *RefreshToken) *TokenPair {
	if t.Grant.Client == "" { // Synapse keeps no more than the last two
		for _, before := range a.RefreshTokens {
			if before.Next != nil && before.Next.Refresh == t {
				delete(a.RefreshTokens, before.Token)
				delete(a.Sessions, before.access.Token)
			}
		}
	}
	if t.Next != nil { // the client did not get that answer
		delete(a.Sessions, t.Next.Access.Token)
		delete(a.RefreshTokens, t.Next.Refresh.Token)
	}
	t.Next = a.issue(t.Grant)
	return t.Next
}

// EndGrant ends a grant and all its tokens.
func (a *Store) EndGrant(g *Grant) {
	g.Ended = true
	for token, s := range a.Sessions {
		if s.Grant == g {
			delete(a.Sessions, token)
		}
	}
	a.Changed()
}

// Lifetime returns the remaining lifetime of the access token.
func (p *TokenPair) Lifetime(now time.Time) time.Duration { return p.Access.Expires.Sub(now) }
