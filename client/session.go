package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/seal"
)

// A Session is what it takes to resume an account. It is a secret: whoever has
// it is the user.
type Session struct {
	Homeserver  string      `json:"homeserver"` // base URL
	UserID      id.UserID   `json:"user_id"`
	DeviceID    id.DeviceID `json:"device_id"`
	AccessToken string      `json:"access_token"`
	// DataKey seals what is kept of people's addresses. It outlives the access
	// token: whoever signs in to the same account again goes on with it.
	DataKey seal.Key `json:"data_key,omitzero"`

	// Of a session that is renewed now and then.
	RefreshToken string    `json:"refresh_token,omitempty"`
	ExpiresAt    time.Time `json:"expires_at,omitzero"` // the access token; zero if that is not known

	// Where an OAuth server gave it.
	Issuer             string `json:"issuer,omitempty"`
	ClientID           string `json:"client_id,omitempty"`
	TokenEndpoint      string `json:"token_endpoint,omitempty"`
	RevocationEndpoint string `json:"revocation_endpoint,omitempty"`
}

// ByOAuth reports whether an OAuth server gave the session.
func (s Session) ByOAuth() bool { return s.ClientID != "" }

// begin returns the account of a new session, with the data key of an earlier one
// of the same account if there was one.
func begin(opt Options, s Session) (*Account, error) {
	if opt.FormerKey != nil {
		s.DataKey = opt.FormerKey(s.UserID, s.Homeserver)
	}
	if s.DataKey.IsZero() {
		s.DataKey = seal.NewKey()
	}
	return Resume(opt, s)
}

// Resume returns the account of a session. It asks nobody: whether the session
// still counts shows with the first request.
func Resume(opt Options, s Session) (*Account, error) {
	mx, err := newClient(opt, s)
	if err != nil {
		return nil, fmt.Errorf("resume the session of %s: %w", s.UserID, err)
	}
	who := s
	who.AccessToken, who.RefreshToken = "", ""
	a := &Account{
		opt: opt, session: who, secrets: secrets{current: s, kept: s.AccessToken}, mx: mx, state: newState(s.UserID),
		syncing: newTurn(), identity: identityState{turn: newTurn()}, trusted: map[string]bool{},
		book: newAddressBook(), outboxNews: make(chan struct{}, 1),
		answers: map[keycheck.Question]said{},
	}
	if opt.KeyTransport != nil {
		a.keys = keycheck.New(keycheck.Options{Transport: opt.KeyTransport, Trusted: a.trusts, Now: opt.Now})
	}
	return a, nil
}

// SignOut ends the session where it came from, and the one on the identity
// server if there is one, and forgets what was stored. A session that is over
// already is no failure. One that another program has put in its place is not
// this account's to end.
func (a *Account) SignOut(ctx context.Context) error {
	a.leaveIdentityServer(ctx)
	err := a.end(ctx)
	if signedOut(err) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("sign out of %s: %w", a.session.UserID, err)
	}
	if a.opt.Store != nil {
		err = errors.Join(err, a.opt.Store.Forget(ctx, a.storeKey()))
	}
	return err
}

// end ends the session where it came from.
func (a *Account) end(ctx context.Context) error {
	s := a.Session()
	if s.ByOAuth() && s.RevocationEndpoint != "" {
		return outOfOAuth(a.oauth(s).Revoke(ctx, cmp.Or(s.RefreshToken, s.AccessToken)))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, requestTimeout, errTimeout)
	defer cancel()
	err := a.logout(ctx, s)
	if signedOut(err) && s.RefreshToken != "" { // an expired token may not do
		if s, err = a.exchange(ctx, s); err == nil {
			err = a.logout(ctx, s)
		} else if refused(err) {
			err = nil
		}
	}
	return err
}

func (a *Account) logout(ctx context.Context, s Session) error {
	_, err := a.try(ctx, s.AccessToken, http.MethodPost, a.mx.BuildURL(path{"v3", "logout"}), struct{}{}, new(json.RawMessage))
	return err
}
