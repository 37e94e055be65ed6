package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/mxinvite/mxinvite/client/oauth"
	"github.com/mxinvite/mxinvite/internal/together"
)

const (
	// renewAhead is how long before its end a token is no longer used.
	renewAhead = 30 * time.Second
	// renewTimeout bounds a renewal, which goes on when nobody waits for it any
	// more: its answer holds the only tokens that are good.
	renewTimeout = 45 * time.Second
)

// secrets is the part of a session that changes.
type secrets struct {
	mu      sync.Mutex // never held while waiting
	current Session
	kept    string   // the access token of the session that was saved last, as far as this program knows
	renewal *renewal // under way; nil if none is
}

// A renewal is waited for by everybody who needs a token.
type renewal struct {
	done chan struct{}
	err  error // once done is closed
}

func (t *secrets) session() Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current
}

// keeps notes that a session is saved.
func (t *secrets) keeps(s Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = s.AccessToken
}

// knows reports whether this program has had a session before it finds it saved.
func (t *secrets) knows(s Session) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return s.AccessToken == t.current.AccessToken || s.AccessToken == t.kept
}

// A RenewalError says that a session could not be renewed, so that the request
// that needed it was not carried out.
type RenewalError struct{ Err error }

func (e *RenewalError) Error() string { return fmt.Sprintf("renew the session: %v", e.Err) }

func (e *RenewalError) Unwrap() error { return e.Err }

// A SessionNotSavedError says that a renewed session is known to this run of
// the program alone. The one that was saved before is of no more use.
type SessionNotSavedError struct{ Err error }

func (e *SessionNotSavedError) Error() string {
	return fmt.Sprintf("your renewed session could not be saved, so that you will have to sign in again at the next start: %v", e.Err)
}

func (e *SessionNotSavedError) Unwrap() error { return e.Err }

// accessToken returns a token to make a request with, a new one if the one
// there is comes to its end.
func (a *Account) accessToken(ctx context.Context) (string, error) {
	s := a.Session()
	if !a.endsWithin(s, renewAhead) {
		return s.AccessToken, nil
	}
	err := a.renew(ctx, s.AccessToken)
	if err != nil && (signedOut(err) || a.endsWithin(s, 0)) {
		return "", err
	}
	return a.Session().AccessToken, nil
}

// endsWithin reports whether a session can be renewed and has to be, by then.
func (a *Account) endsWithin(s Session, d time.Duration) bool {
	return s.RefreshToken != "" && !s.ExpiresAt.IsZero() && !a.opt.Now().Add(d).Before(s.ExpiresAt)
}

// renew gets a token that is better than the one that was used, unless somebody
// has done so meanwhile. All who ask at once wait for one renewal.
func (a *Account) renew(ctx context.Context, used string) error {
	t := &a.secrets
	t.mu.Lock()
	if t.current.AccessToken != used {
		t.mu.Unlock()
		return nil
	}
	r := t.renewal
	if r == nil {
		r = &renewal{done: make(chan struct{})}
		t.renewal = r
		go a.carryOut(context.WithoutCancel(ctx), r)
	}
	t.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		return &RenewalError{Err: translate(ctx, a.mx.HomeserverURL.Host, ctx.Err())}
	}
	together.Raise(r.err)
	if r.err == nil || signedOut(r.err) {
		return r.err
	}
	return &RenewalError{Err: r.err}
}

func signedOut(err error) bool {
	gone := new(SignedOutError)
	return errors.As(err, &gone)
}

func (a *Account) carryOut(ctx context.Context, r *renewal) {
	ctx, cancel := context.WithTimeoutCause(ctx, renewTimeout, errTimeout)
	defer cancel()
	var next Session
	err := together.Try(func() (err error) {
		next, err = a.renewed(ctx)
		return err
	})
	t := &a.secrets
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.current = next
	}
	t.renewal, r.err = nil, err
	close(r.done)
}

// renewed returns the session with new tokens, which are saved already.
func (a *Account) renewed(ctx context.Context) (Session, error) {
	s := a.newest()
	if !a.secrets.knows(s) && !a.endsWithin(s, 0) {
		a.secrets.keeps(s)
		return s, nil // another program has done it
	}
	if s.RefreshToken == "" {
		return Session{}, &SignedOutError{}
	}
	next, err := a.exchange(ctx, s)
	if refused(err) {
		if saved := a.newest(); saved.AccessToken != s.AccessToken {
			a.secrets.keeps(saved)
			return saved, nil // it has done so this moment
		}
		return Session{}, &SignedOutError{Soft: !s.ByOAuth()}
	}
	if err != nil {
		return Session{}, err
	}
	a.save(next)
	return next, nil
}

// save keeps a renewed session. One that cannot be kept is good all the same.
func (a *Account) save(s Session) {
	if a.opt.SaveSession == nil {
		return
	}
	if err := a.opt.SaveSession(s); err != nil {
		err = &SessionNotSavedError{err}
		a.keepErr.Store(&err)
		return
	}
	a.secrets.keeps(s)
}

// newest returns the session, or what another program that has the same one
// has made of it.
func (a *Account) newest() Session {
	s := a.Session()
	if a.opt.SavedSession == nil {
		return s
	}
	saved, err := a.opt.SavedSession()
	if err != nil || saved.AccessToken == "" || a.secrets.knows(saved) ||
		saved.Homeserver != s.Homeserver || saved.UserID != s.UserID || saved.DeviceID != s.DeviceID ||
		!saved.ExpiresAt.IsZero() && saved.ExpiresAt.Before(s.ExpiresAt) {
		return s
	}
	return saved
}

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
	if _, err := a.try(ctx, "", http.MethodPost, a.mx.BuildURL(path{"v3", "refresh"}), body, &reply); err != nil {
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

// moved reports whether the OAuth server, which has nothing to say where the
// session has it, is somewhere else by now. Another one would be a stranger.
func (a *Account) moved(ctx context.Context, s *Session, err error) bool {
	var e *oauth.Error
	if !errors.As(err, &e) || e.Code != "" || e.Status >= http.StatusInternalServerError {
		return false
	}
	m, err := authMetadata(ctx, a.opt, s.Homeserver)
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

// outOfOAuth makes what kept an OAuth server from answering look like what
// keeps homeservers from it: to the person it is one server.
func outOfOAuth(err error) error {
	var unreachable *oauth.UnreachableError
	var e *oauth.Error
	switch {
	case errors.As(err, &unreachable):
		return &UnreachableError{Server: unreachable.Server, Err: unreachable.Err}
	case errors.As(err, &e) && e.Status == http.StatusTooManyRequests:
		return &RateLimitError{Server: e.Server}
	}
	return err
}
