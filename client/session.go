package client

import (
	"fmt"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
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
	// AccountURL is where the user manages the account, in a browser.
	AccountURL string `json:"account_url,omitempty"`
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
	base, err := mautrix.ParseAndNormalizeBaseURL(s.Homeserver)
	if err != nil {
		return nil, fmt.Errorf("resume the session of %s: %w", s.UserID, err)
	}
	who := s
	who.AccessToken, who.RefreshToken = "", ""
	a := &Account{
		opt: opt, session: who, secrets: secrets{kept: s.AccessToken}, base: base, state: newState(s.UserID),
		syncing: ctxlock.New(), identity: identityState{turn: ctxlock.New()}, trusted: map[string]bool{},
		book: newAddressBook(), outboxNews: make(chan struct{}, 1),
		answers: map[keycheck.Question]said{},
	}
	a.secrets.set(s, opt.Now)
	if opt.KeyTransport != nil {
		a.keys = keycheck.New(keycheck.Options{Transport: opt.KeyTransport, Trusted: a.trusts, Now: opt.Now})
	}
	return a, nil
}
