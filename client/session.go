package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"maunium.net/go/mautrix"
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
}

// SignIn signs in with a password. user may be a Matrix ID, its local part, or
// an e-mail address that the homeserver knows
// (https://spec.matrix.org/v1.19/client-server-api/#password-based).
func SignIn(ctx context.Context, opt Options, hs Homeserver, user, password string) (*Account, error) {
	if !slices.Contains(hs.Flows, string(mautrix.AuthTypePassword)) {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, ErrNoPassword)
	}
	a, err := Resume(opt, Session{Homeserver: hs.BaseURL})
	if err != nil {
		return nil, err
	}
	body := mautrix.ReqLogin{
		Type:                     mautrix.AuthTypePassword,
		Identifier:               identifier(user),
		Password:                 password,
		InitialDeviceDisplayName: opt.DeviceName,
	}
	var reply mautrix.RespLogin
	err = a.call(ctx, http.MethodPost, path{"v3", "login"}, nil, body, &reply)
	switch {
	case HasCode(err, "M_FORBIDDEN"):
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, ErrPassword)
	case err != nil:
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, err)
	case reply.AccessToken == "" || reply.UserID == "":
		return nil, fmt.Errorf("sign in on %s: the homeserver's answer names no session", hs.Name)
	}
	// The answer's well_known is left alone: the URL that the person gave has
	// just proven to work.
	return Resume(opt, Session{
		Homeserver: hs.BaseURL, UserID: reply.UserID,
		DeviceID: reply.DeviceID, AccessToken: reply.AccessToken,
		DataKey: opt.dataKey(reply.UserID, hs.BaseURL),
	})
}

// dataKey is the key of an earlier session of the account, or a new one.
func (opt Options) dataKey(user id.UserID, homeserver string) seal.Key {
	if opt.FormerKey != nil {
		if k := opt.FormerKey(user, homeserver); !k.IsZero() {
			return k
		}
	}
	return seal.NewKey()
}

func identifier(user string) mautrix.UserIdentifier {
	if local, _, ok := strings.Cut(user, "@"); ok && local != "" {
		return mautrix.UserIdentifier{Type: mautrix.IdentifierTypeThirdParty, Medium: "email", Address: user}
	}
	return mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: user}
}

// Resume returns the account of a session. It asks nobody: whether the session
// still counts shows with the first request.
func Resume(opt Options, s Session) (*Account, error) {
	mx, err := newClient(opt, s)
	if err != nil {
		return nil, fmt.Errorf("resume the session of %s: %w", s.UserID, err)
	}
	a := &Account{
		opt: opt, session: s, mx: mx, state: newState(s.UserID),
		syncing: newTurn(), identity: identityState{turn: newTurn()}, trusted: map[string]bool{},
		book: newAddressBook(), outboxNews: make(chan struct{}, 1),
		answers: map[keycheck.Question]said{},
	}
	if opt.KeyTransport != nil {
		a.keys = keycheck.New(keycheck.Options{Transport: opt.KeyTransport, Trusted: a.trusts, Now: opt.Now})
	}
	return a, nil
}

// SignOut ends the session on the homeserver, and the one on the identity
// server if there is one, and forgets what was stored. A session that is over
// already is no failure.
func (a *Account) SignOut(ctx context.Context) error {
	a.leaveIdentityServer(ctx)
	err := a.call(ctx, http.MethodPost, path{"v3", "logout"}, nil, struct{}{}, nil)
	if gone := new(SignedOutError); errors.As(err, &gone) {
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
