package session

import (
	"context"
	"errors"
	"net/http"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/oauth"
)

// exchange exchanges the refresh token of a session for new tokens, at the OAuth
// server or the homeserver that it is from.
func (c *Client) exchange(ctx context.Context, s Session) (Session, error) {
	if s.ByOAuth() {
		t, err := c.oauth(s).Refresh(ctx, s.RefreshToken)
		if c.findMoved(ctx, &s, err) {
			t, err = c.oauth(s).Refresh(ctx, s.RefreshToken)
		}
		if err != nil {
			return Session{}, OAuthError(err)
		}
		return s.With(t), nil
	}
	// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
	body := struct {
		RefreshToken string `json:"refresh_token"`
	}{s.RefreshToken}
	var reply TokenReply
	sent := c.opt.Now()
	err := c.try(ctx, "", call{method: http.MethodPost, url: c.url(Path{"v3", "refresh"}, nil), body: body, read: c.decode(&reply)})
	if err != nil {
		return Session{}, HideSecrets(err, s.RefreshToken)
	}
	if reply.AccessToken == "" {
		return Session{}, ErrNoSession
	}
	t := reply.Tokens(sent)
	if t.RefreshToken == "" {
		t.RefreshToken = s.RefreshToken
	}
	return s.With(t), nil
}

// findMoved looks for new endpoints of an OAuth server that does not respond as one
// at the old endpoints, and reports whether s has new ones. A server with another
// issuer is not used.
func (c *Client) findMoved(ctx context.Context, s *Session, err error) bool {
	var e *oauth.Error
	if !errors.As(err, &e) || e.Code != "" || e.Status >= http.StatusInternalServerError {
		return false
	}
	m, err := discovery.OAuthMetadata(ctx, c.opt.Transport, s.Homeserver)
	if err != nil || m == nil || m.Issuer != s.Issuer || m.TokenEndpoint == s.TokenEndpoint {
		return false
	}
	s.TokenEndpoint, s.RevocationEndpoint = m.TokenEndpoint, m.RevocationEndpoint
	return true
}

// oauth returns a client for the OAuth server of a session.
func (c *Client) oauth(s Session) *oauth.Client {
	return &oauth.Client{
		Server: oauth.Metadata{Issuer: s.Issuer, TokenEndpoint: s.TokenEndpoint, RevocationEndpoint: s.RevocationEndpoint},
		ID:     s.ClientID, Transport: c.opt.Transport, Now: c.opt.Now,
	}
}
