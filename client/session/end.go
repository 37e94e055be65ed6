package session

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
)

const (
	// endTimeout is the limit for all requests that end a session together.
	endTimeout = 30 * time.Second
	// endTries is how often a request is sent if there is no response.
	endTries = 3
	endPause = 250 * time.Millisecond // before the second try; longer before each further one
)

var (
	errConsumed     = errors.New("the server no longer accepts the tokens that are kept here, and does not say why")
	errNoRevocation = errors.New("the server offers programs no way to end a session")
)

// End ends the session at the homeserver or OAuth server that it is from, and
// returns that session. If another program has renewed it or signed in again, the
// saved session is ended. It returns nil only if the session has certainly ended,
// which may have been before.
func (c *Client) End(ctx context.Context) (Session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, endTimeout, jsonhttp.ErrTimeout)
	defer cancel()
	waiting, stop := context.WithTimeout(ctx, endTimeout/3)
	defer stop()
	if unlock, err := c.lock(waiting); err == nil { // else it is ended without the lock
		defer unlock()
	}
	s, err := c.newest()
	if HasEnded(err) && s.AccessToken == c.Session().AccessToken || c.ended.Load() {
		c.ended.Store(true)
		return s, nil
	}
	err = c.end(ctx, s)
	c.ended.Store(err == nil)
	return s, err
}

// end ends a session. Its refresh token may have been exchanged already, with a
// response that was lost. To revoke such a token succeeds and ends nothing (RFC
// 7009, section 2.2). So the token is exchanged first: the tokens in the response are
// certainly the newest.
func (c *Client) end(ctx context.Context, s Session) error {
	var exchangeErr error
	if s.RefreshToken != "" {
		exchangeErr = retry(ctx, func() error {
			next, err := c.exchange(ctx, s)
			if err == nil {
				s = next
				c.use(s)
			}
			return err
		})
		switch {
		case isRefused(exchangeErr):
			exchangeErr = errConsumed
			s.RefreshToken = "" // the access token may still be valid
		case exchangeErr != nil && s.revocable():
			return exchangeErr
		}
	}
	err := retry(ctx, func() error { return c.revoke(ctx, s) })
	switch {
	case exchangeErr != nil && (err != nil || s.revocable()):
		return exchangeErr
	case HasEnded(err) && s.ByOAuth(): // the homeserver does not know whether the OAuth session has ended
		return errNoRevocation
	case HasEnded(err):
		return nil
	}
	return err
}

// revoke ends a session with the newest of its tokens.
func (c *Client) revoke(ctx context.Context, s Session) error {
	switch {
	case !s.revocable():
		return c.logout(ctx, s)
	case s.RefreshToken == "":
		return OAuthError(c.oauth(s).RevokeAccess(ctx, s.AccessToken))
	}
	return OAuthError(c.oauth(s).Revoke(ctx, s.RefreshToken))
}

// use makes a renewed session the current one: it may be needed if it cannot be
// ended.
func (c *Client) use(s Session) {
	if c.opt.Saved != nil { // else the session was never saved
		c.save(s)
	}
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	c.tokens.set(s, c.opt.Now)
}

// retry calls send again if the server may have carried the request out without a
// response.
func retry(ctx context.Context, send func() error) error {
	for try := 1; ; try++ {
		err := send()
		if !mayBeDone(err) || try == endTries || !sleep.For(ctx, time.Duration(try)*endPause) {
			return err
		}
	}
}

func (c *Client) logout(ctx context.Context, s Session) error {
	return c.try(ctx, s.AccessToken, call{
		method: http.MethodPost, url: c.url(Path{"v3", "logout"}, nil), body: struct{}{}, read: c.decode(new(json.RawMessage)),
	})
}
