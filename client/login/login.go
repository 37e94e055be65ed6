// Package login signs in to a homeserver: with a password, an access token, a code that
// is approved on another device, or a browser. All return a [client.Account].
package login

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/session"
)

// loginRequest is the body of a login without OAuth
// (https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login).
type loginRequest struct {
	Type         string      `json:"type"`
	Identifier   *identifier `json:"identifier,omitempty"`
	Password     string      `json:"password,omitempty"`
	Token        string      `json:"token,omitempty"`
	DeviceID     id.DeviceID `json:"device_id,omitempty"`
	DeviceName   string      `json:"initial_device_display_name,omitempty"`
	RefreshToken bool        `json:"refresh_token,omitempty"`
}

type identifier struct {
	Type    string `json:"type"`
	User    string `json:"user,omitempty"`
	Medium  string `json:"medium,omitempty"`
	Address string `json:"address,omitempty"`
}

// WithPassword signs in with a password. user is a Matrix ID, its local part, or an e-mail
// address that the homeserver knows
// (https://spec.matrix.org/v1.19/client-server-api/#password-based).
func WithPassword(ctx context.Context, opt client.Options, hs discovery.Homeserver, user, password string) (*client.Account, error) {
	if !hs.Offers(discovery.FlowPassword) {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNoPassword)
	}
	a, err := login(ctx, opt, hs, loginRequest{Type: discovery.FlowPassword, Identifier: identify(user), Password: password})
	if client.HasCode(err, "M_FORBIDDEN") {
		err = client.ErrPassword
	}
	if err != nil {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, err)
	}
	return a, nil
}

func identify(user string) *identifier {
	if local, _, ok := strings.Cut(user, "@"); ok && local != "" {
		return &identifier{Type: "m.id.thirdparty", Medium: "email", Address: user}
	}
	return &identifier{Type: "m.id.user", User: user}
}

// WithToken signs in with an access token of another program. The homeserver
// returns the user of the token.
func WithToken(ctx context.Context, opt client.Options, hs discovery.Homeserver, token string) (*client.Account, error) {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrToken)
	}
	a, err := enter(ctx, opt, client.Session{Homeserver: hs.BaseURL, AccessToken: token}, 1)
	if session.HasEnded(err) {
		err = client.ErrToken
	}
	if err != nil {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, err)
	}
	return a, nil
}

// login signs in without OAuth.
func login(ctx context.Context, opt client.Options, hs discovery.Homeserver, body loginRequest) (*client.Account, error) {
	hsClient, err := newClient(opt, client.Session{Homeserver: hs.BaseURL})
	if err != nil {
		return nil, err
	}
	body.DeviceID, body.DeviceName = opt.Again.DeviceID, opt.DeviceName
	body.RefreshToken = opt.SaveSession != nil
	var reply struct {
		session.TokenReply
		UserID   id.UserID   `json:"user_id"`
		DeviceID id.DeviceID `json:"device_id"`
	}
	asked := opt.Now()
	if err := hsClient.Call(ctx, http.MethodPost, session.Path{"v3", "login"}, nil, body, &reply); err != nil {
		return nil, session.HideSecrets(err, body.Password, body.Token)
	}
	if reply.AccessToken == "" || reply.UserID == "" {
		return nil, session.ErrNoSession
	}
	// The well_known of the response is ignored: the URL that the user gave works.
	s := client.Session{Homeserver: hs.BaseURL, UserID: reply.UserID, DeviceID: reply.DeviceID}
	s = s.With(reply.Tokens(asked))
	if err := isExpected(opt, s.UserID); err != nil {
		abandon(ctx, opt, s)
		return nil, err
	}
	return client.Begin(opt, s)
}

// firstPause is the pause before the homeserver is asked again. Each pause is twice as
// long as the one before.
const firstPause = time.Second

// enter returns the account of a session of which only the tokens are known. It asks
// the homeserver for the user, up to tries times if the homeserver cannot be reached.
func enter(ctx context.Context, opt client.Options, s client.Session, tries int) (*client.Account, error) {
	c, err := newClient(opt, s)
	if err != nil {
		return nil, err
	}
	var user id.UserID
	var device id.DeviceID
	for pause := firstPause; ; pause *= 2 {
		user, device, err = c.WhoAmI(ctx)
		_, unreachable := errors.AsType[*session.UnreachableError](err)
		if tries--; tries == 0 || !unreachable || !sleep.For(ctx, pause) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if _, _, err := user.Parse(); err != nil {
		return nil, session.ErrNoSession
	}
	if err := isExpected(opt, user); err != nil {
		return nil, err
	}
	s = c.Session()
	s.UserID, s.DeviceID = user, cmp.Or(device, s.DeviceID)
	return client.Begin(opt, s)
}

// isExpected returns a [client.OtherUserError] if the user is not the user of the session
// to continue.
func isExpected(opt client.Options, user id.UserID) error {
	if want := opt.Again.UserID; want != "" && want != user {
		return &client.OtherUserError{Want: want, Got: user}
	}
	return nil
}

// newClient returns a client that neither stores nor renews its session.
func newClient(opt client.Options, s client.Session) (*session.Client, error) {
	return session.New(session.Options{Transport: opt.Transport, Now: opt.Now}, s)
}

// abandonTimeout is the limit for ending a session that is not used.
const abandonTimeout = 15 * time.Second

// abandon ends a new session that is not used. An error would not help the user.
func abandon(ctx context.Context, opt client.Options, s client.Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonTimeout)
	defer cancel()
	if c, err := newClient(opt, s); err == nil {
		_, _ = c.End(ctx)
	}
}
