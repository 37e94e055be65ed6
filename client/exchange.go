package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/oauth"
)

// exchange takes a refresh token where it came from.
func (a *Account) exchange(ctx context.Context, s Session) (Session, error) {
	if s.ByOAuth() {
		t, err := a.oauth(s).Refresh(ctx, s.RefreshToken)
		if a.moved(ctx, &s, err) {
			t, err = a.oauth(s).Refresh(ctx, s.RefreshToken)
		}
		if err != nil {
			return Session{}, outOfOAuth(err)
		}
		return s.with(t), nil
	}
	// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
	body := struct {
		RefreshToken string `json:"refresh_token"`
	}{s.RefreshToken}
	var reply lifetime
	asked := a.opt.Now()
	if _, err := a.try(ctx, "", http.MethodPost, a.url(path{"v3", "refresh"}, nil), body, &reply); err != nil {
		return Session{}, hide(err, s.RefreshToken)
	}
	if reply.AccessToken == "" {
		return Session{}, errNoSession
	}
	t := reply.tokens(asked)
	if t.RefreshToken == "" {
		t.RefreshToken = s.RefreshToken
	}
	return s.with(t), nil
}

// mayBeDone reports whether a server may have done what it was asked for.
func mayBeDone(err error) bool {
	e, ok := errors.AsType[*oauth.Error](err)
	return noAnswer(err) || ok && e.Code == "" && e.Status >= http.StatusBadGateway
}

// moved reports whether the OAuth server, which has nothing to say where the
// session has it, is somewhere else by now. Another one would be a stranger.
func (a *Account) moved(ctx context.Context, s *Session, err error) bool {
	var e *oauth.Error
	if !errors.As(err, &e) || e.Code != "" || e.Status >= http.StatusInternalServerError {
		return false
	}
	m, err := discovery.OAuthMetadata(ctx, a.opt.Transport, s.Homeserver)
	if err != nil || m == nil || m.Issuer != s.Issuer || m.TokenEndpoint == s.TokenEndpoint {
		return false
	}
	s.TokenEndpoint, s.RevocationEndpoint = m.TokenEndpoint, m.RevocationEndpoint
	return true
}

// with returns the session with other tokens.
func (s Session) with(t oauth.Tokens) Session {
	s.AccessToken, s.RefreshToken, s.ExpiresAt = t.AccessToken, t.RefreshToken, t.ExpiresAt
	return s
}

// refused reports whether a refresh token is of no use any more.
func refused(err error) bool {
	return signedOut(err) || HasCode(err, "M_FORBIDDEN") ||
		oauth.HasCode(err, "invalid_grant") || oauth.HasCode(err, "invalid_client") || oauth.HasCode(err, "unauthorized_client")
}

// lifetime is how homeservers give tokens that do not last.
type lifetime struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresInMS  int64  `json:"expires_in_ms"`
}

func (l lifetime) tokens(asked time.Time) oauth.Tokens {
	t := oauth.Tokens{AccessToken: l.AccessToken, RefreshToken: l.RefreshToken}
	const longest = int64(366 * 24 * time.Hour / time.Millisecond)
	if l.ExpiresInMS > 0 {
		life := time.Duration(min(l.ExpiresInMS, longest)) * time.Millisecond
		t.ExpiresAt = asked.Add(life).UTC().Truncate(time.Second)
	}
	return t
}

// oauth is this program as the session's OAuth server knows it.
func (a *Account) oauth(s Session) *oauth.Client {
	return &oauth.Client{
		Server: oauth.Metadata{Issuer: s.Issuer, TokenEndpoint: s.TokenEndpoint, RevocationEndpoint: s.RevocationEndpoint},
		ID:     s.ClientID, Transport: a.opt.Transport, Now: a.opt.Now,
	}
}

// outOfOAuth returns the error of an OAuth server as a homeserver's: to the user
// they are one server.
func outOfOAuth(err error) error {
	if e, ok := errors.AsType[*oauth.Error](err); ok && e.Status == http.StatusTooManyRequests {
		return &RateLimitError{Server: e.Server, RetryAfter: e.RetryAfter}
	}
	return err
}
