package sandbox

import (
	"net/http"
	"time"
)

// A grant is a session that is renewed again and again: what OAuth calls a grant, and what a homeserver gives to those
// who ask for a refresh token.
type grant struct {
	user   *user
	device string
	client string // of OAuth; empty for a homeserver's own
	scope  string
	last   *session // the newest
	latest *refreshToken
	ended  bool
}

// A refreshToken is good until what it was exchanged for has been used: a client that never got the answer may ask again.
type refreshToken struct {
	grant  *grant
	token  string
	access *session // that was given out with it
	next   *pair    // what it was exchanged for; nil if it was not yet
}

// A pair is what one exchange gives.
type pair struct {
	access  *session
	refresh *refreshToken
}

// spent says whether a refresh token has been followed up.
func (t *refreshToken) spent() bool {
	return t.grant.ended || t.next != nil && (t.next.access.used || t.next.refresh.next != nil)
}

// newGrant makes a new session one that can be renewed. client and scope are of OAuth.
func (h *homeserver) newGrant(s *session, client, scope string) *pair {
	delete(h.sessions, s.token)
	return h.issue(&grant{user: s.user, device: s.device, client: client, scope: scope})
}

// issue gives a grant its next pair of tokens.
func (h *homeserver) issue(g *grant) *pair {
	access, refresh := "syt_"+encodeURLBase64([]byte(g.user.id[1:])), "syr_"+encodeURLBase64([]byte(g.user.id[1:]))
	if g.client != "" {
		access, refresh = "mat", "mar"
		if g.last != nil { // a homeserver lets it live out its five minutes
			delete(h.sessions, g.last.token)
		}
	}
	s := h.mint(g.user, g.device, h.token(access))
	s.grant, s.expires = g, h.now().Add(h.ways.TokenLifetime)
	g.last = s
	r := &refreshToken{grant: g, token: h.token(refresh), access: s}
	h.refreshTokens[r.token] = r
	g.latest = r
	return &pair{s, r}
}

// token makes a token up, with a checksum as it seems.
func (h *homeserver) token(prefix string) string {
	return prefix + "_" + h.dice.pick("renewed token", alnum, 30) + "_" + h.dice.pick("renewed token", alnum, 6)
}

// renewed exchanges a refresh token for a new pair. The caller has seen that it is not spent. The unused
// pair of an exchange before is revoked: refresh_token_grant in crates/handlers/src/oauth2/token.rs of the Matrix
// Authentication Service, replace_refresh_token in synapse/storage/databases/main/registration.py.
func (h *homeserver) renewed(t *refreshToken) *pair {
	if t.grant.client == "" { // Synapse keeps no more than the last two
		for _, before := range h.refreshTokens {
			if before.next != nil && before.next.refresh == t {
				delete(h.refreshTokens, before.token)
				delete(h.sessions, before.access.token)
			}
		}
	}
	if t.next != nil { // that answer was lost
		delete(h.sessions, t.next.access.token)
		delete(h.refreshTokens, t.next.refresh.token)
	}
	t.next = h.issue(t.grant)
	return t.next
}

// endGrant ends a session with all its tokens.
func (h *homeserver) endGrant(g *grant) {
	g.ended = true
	for token, s := range h.sessions {
		if s.grant == g {
			delete(h.sessions, token)
		}
	}
	h.changed()
}

// lifetime is the rest of a token's life.
func (p *pair) lifetime(now time.Time) time.Duration { return p.access.expires.Sub(now) }

// refresh is how a homeserver renews the sessions that it gave out itself:
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh.
func (h *homeserver) refresh(c *call) (any, error) {
	body, err := c.object(false)
	if err != nil {
		return nil, err
	}
	v, given := body["refresh_token"]
	token, ok := v.(string)
	switch {
	case !given:
		return nil, missingParam("Missing params: ['refresh_token']")
	case !ok:
		return nil, invalidParam("Invalid param: refresh_token")
	case h.ways.NoRefresh:
		return nil, fail(http.StatusNotFound, "M_UNRECOGNIZED", "Unrecognized request")
	}
	t := h.refreshTokens[token]
	switch {
	case t == nil || t.grant.client != "" || t.grant.ended:
		return nil, fail(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "refresh token does not exist")
	case t.spent():
		return nil, forbidden("refresh token isn't valid anymore")
	}
	p := h.renewed(t)
	return object{
		"access_token": p.access.token, "refresh_token": p.refresh.token,
		"expires_in_ms": p.lifetime(h.now()).Milliseconds(),
	}, nil
}
