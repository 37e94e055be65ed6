package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// renewed returns the session with valid tokens, which are saved already. One
// program at a time reads the saved session, exchanges its refresh token and saves
// the response: if a refresh token is exchanged twice, servers revoke the tokens of
// the first exchange, whichever response arrives last.
func (c *Client) renewed(ctx context.Context) (Session, error) {
	unlock, err := c.lock(ctx)
	if err != nil {
		return Session{}, err
	}
	defer unlock()
	s, err := c.newest()
	if err != nil {
		return Session{}, err
	}
	if !c.tokens.known(s) && !c.expiresWithin(s, 0) {
		c.tokens.setSaved(s)
		return s, nil // another program has renewed it
	}
	ctx, cancel := context.WithTimeoutCause(ctx, renewTimeout, jsonhttp.ErrTimeout)
	defer cancel()
	return c.exchangeNewest(ctx, s)
}

// exchangeNewest exchanges the refresh token of the newest session and saves the
// new tokens. The caller holds the lock of the session.
func (c *Client) exchangeNewest(ctx context.Context, s Session) (Session, error) {
	if s.RefreshToken == "" {
		return Session{}, &SignedOutError{}
	}
	next, err := c.exchange(ctx, s)
	if isRefused(err) {
		return c.afterRefusal(s)
	}
	if err != nil {
		return Session{}, err
	}
	c.save(next)
	return next, nil
}

// afterRefusal reads the saved session again before it reports that the session has
// ended: a program that does not use the lock may have saved another one.
func (c *Client) afterRefusal(s Session) (Session, error) {
	saved, err := c.newest()
	switch {
	case err != nil:
		return Session{}, err
	case saved.AccessToken != s.AccessToken:
		c.tokens.setSaved(saved)
		return saved, nil
	}
	return Session{}, &SignedOutError{Soft: !s.ByOAuth()}
}

// lock keeps other programs from renewing the session. If the lock cannot be used at
// all, as on a read-only disk, the session is renewed without it.
func (c *Client) lock(ctx context.Context) (unlock func(), err error) {
	if c.opt.Lock == nil {
		return func() {}, nil
	}
	waiting, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	unlock, err = c.opt.Lock(waiting)
	switch {
	case err == nil:
		return unlock, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case waiting.Err() != nil:
		return nil, ErrLockBusy
	}
	return func() {}, nil
}

// newest returns the current session, or the saved one if another program has
// renewed it. If the saved one cannot be read, nothing may be exchanged: that could
// make it invalid. A session of another device is returned with a
// [SignedOutError].
func (c *Client) newest() (Session, error) {
	s := c.Session()
	if c.opt.Saved == nil {
		return s, nil
	}
	saved, err := c.opt.Saved()
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && saved.AccessToken == "":
		return s, &SignedOutError{} // by another program
	case err != nil:
		return s, fmt.Errorf("read the saved session: %w", err)
	case c.tokens.known(saved):
		return s, nil
	case saved.DeviceID != s.DeviceID:
		return saved, &SignedOutError{}
	}
	return saved, nil
}

// save saves a renewed session. If that fails the session is used all the same.
func (c *Client) save(s Session) {
	if c.opt.Save == nil {
		return
	}
	if err := c.opt.Save(s); err != nil {
		c.saveErr.Store(&NotSavedError{err})
		return
	}
	c.tokens.setSaved(s)
}
