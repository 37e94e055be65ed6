package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"maunium.net/go/mautrix/id"
)

const (
	// signOutTimeout bounds all requests of a sign-out together.
	signOutTimeout = 30 * time.Second
	// signOutTries is how often a server is asked that does not answer.
	signOutTries = 3
	signOutPause = 250 * time.Millisecond // longer each time
)

// errConsumed is why a session may go on without any tokens here that are good.
var errConsumed = errors.New("the server no longer accepts the tokens that are kept here, and does not say why")

// errNoRevocation is why a session of OAuth cannot be ended from here.
var errNoRevocation = errors.New("the server offers programs no way to end a session")

// An EndNotConfirmedError says that a session may go on although it was signed out
// of.
type EndNotConfirmedError struct {
	UserID     id.UserID
	DeviceID   id.DeviceID
	AccountURL string // where the user can end it; empty if that is not known
	Err        error  // why it is not known
}

func (e *EndNotConfirmedError) Error() string {
	return fmt.Sprintf("could not confirm that the session of %s has ended: %v", e.UserID, e.Err)
}

func (e *EndNotConfirmedError) Unwrap() error { return e.Err }

// Where says where the user can end the session.
func (e *EndNotConfirmedError) Where() string {
	u, err := url.Parse(e.AccountURL)
	if e.AccountURL == "" || err != nil {
		return fmt.Sprintf("Look for the device %s (mxinvite) in the settings of another Matrix client, and end its session there.", e.DeviceID)
	}
	// https://spec.matrix.org/v1.19/client-server-api/#account-management-url-discovery
	query := u.Query()
	query.Set("action", "org.matrix.device_delete")
	query.Set("device_id", string(e.DeviceID))
	u.RawQuery = query.Encode()
	return fmt.Sprintf("End the session of the device %s (mxinvite) here: %s", e.DeviceID, u)
}

// SignOut ends the session where it came from, and the one on the identity server
// if there is one, and forgets what was stored. If another program has renewed the
// session or signed in again, it ends what is saved. A session
// that has ended already is no failure. If it is not certain that it has ended,
// the error is an [EndNotConfirmedError]; what is kept is of no more use.
func (a *Account) SignOut(ctx context.Context) error {
	a.leaveIdentityServer(ctx)
	s, err := a.end(ctx)
	a.ended.Store(err == nil)
	if err != nil && ctx.Err() == nil {
		err = &EndNotConfirmedError{UserID: s.UserID, DeviceID: s.DeviceID, AccountURL: s.AccountURL, Err: err}
	}
	if err == nil || ctx.Err() == nil {
		if a.opt.Store != nil {
			err = errors.Join(err, a.opt.Store.Forget(ctx, a.storeKey()))
		}
	}
	return err
}

// end ends the session where it came from, and returns which one that was. No
// error means that it has ended for certain.
func (a *Account) end(ctx context.Context) (Session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, signOutTimeout, errTimeout)
	defer cancel()
	waiting, stop := context.WithTimeout(ctx, signOutTimeout/3)
	defer stop()
	if unlock, err := a.lockSession(waiting); err == nil { // else it has to go without
		defer unlock()
	}
	s, err := a.newest()
	if signedOut(err) && s.AccessToken == a.Session().AccessToken || a.ended.Load() {
		return s, nil // by another program, or before
	}
	return s, a.endSession(ctx, s)
}

// endSession ends a session. The refresh token that is saved may have been consumed
// by an exchange whose answer was lost, and to revoke it would then be answered
// well and end nothing (RFC 7009, section 2.2). So it is exchanged first: what comes
// from that is the newest pair for certain.
func (a *Account) endSession(ctx context.Context, s Session) error {
	var doubt error // whether the tokens are the newest
	if s.RefreshToken != "" {
		doubt = a.persist(ctx, func() error {
			next, err := a.exchange(ctx, s)
			if err == nil {
				s = next
				a.goOnWith(s)
			}
			return err
		})
		switch {
		case refused(doubt):
			doubt = errConsumed
			s.RefreshToken = "" // the access token may still do
		case doubt != nil && s.byRevocation():
			return doubt
		}
	}
	err := a.persist(ctx, func() error { return a.revoke(ctx, s) })
	switch {
	case doubt != nil && (err != nil || s.byRevocation()):
		return doubt
	case signedOut(err) && s.ByOAuth(): // an end that a homeserver does not know of
		return errNoRevocation
	case signedOut(err):
		return nil
	}
	return err
}

// byRevocation reports whether the session is ended at an OAuth server, which says
// of no token whether it was good.
func (s Session) byRevocation() bool { return s.ByOAuth() && s.RevocationEndpoint != "" }

// revoke ends a session by the newest of its tokens.
func (a *Account) revoke(ctx context.Context, s Session) error {
	switch {
	case !s.byRevocation():
		return a.logout(ctx, s)
	case s.RefreshToken == "":
		return outOfOAuth(a.oauth(s).RevokeAccess(ctx, s.AccessToken))
	}
	return outOfOAuth(a.oauth(s).Revoke(ctx, s.RefreshToken))
}

// goOnWith makes a renewed session the account's, for the case that it cannot be
// ended.
func (a *Account) goOnWith(s Session) {
	if a.opt.SavedSession != nil { // else it is one that was never saved
		a.save(s)
	}
	a.secrets.mu.Lock()
	defer a.secrets.mu.Unlock()
	a.secrets.set(s, a.opt.Now)
}

// persist does something again if its answer was lost.
func (a *Account) persist(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if !mayBeDone(err) || try == signOutTries || !wait(ctx, time.Duration(try)*signOutPause) {
			return err
		}
	}
}

func (a *Account) logout(ctx context.Context, s Session) error {
	_, err := a.try(ctx, s.AccessToken, http.MethodPost, a.url(path{"v3", "logout"}, nil), struct{}{}, new(json.RawMessage))
	return err
}
