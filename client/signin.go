package client

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/internal/sleep"
	"github.com/mxinvite/mxinvite/client/session"
)

// An OtherUserError says that the user who signed in is not the user of the session to
// continue.
type OtherUserError struct{ Want, Got id.UserID }

func (e *OtherUserError) Error() string {
	return fmt.Sprintf("you signed in as %s, but the session to continue is that of %s", e.Got, e.Want)
}

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

// SignIn signs in with a password. user is a Matrix ID, its local part, or an e-mail
// address that the homeserver knows
// (https://spec.matrix.org/v1.19/client-server-api/#password-based).
func SignIn(ctx context.Context, opt Options, hs discovery.Homeserver, user, password string) (*Account, error) {
	if !hs.Offers(discovery.FlowPassword) {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, ErrNoPassword)
	}
	a, err := login(ctx, opt, hs, loginRequest{Type: discovery.FlowPassword, Identifier: identify(user), Password: password})
	if HasCode(err, "M_FORBIDDEN") {
		err = ErrPassword
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

// SignInWithToken signs in with an access token of another program. The homeserver
// returns the user of the token.
func SignInWithToken(ctx context.Context, opt Options, hs discovery.Homeserver, token string) (*Account, error) {
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, ErrToken)
	}
	a, err := enter(ctx, opt, Session{Homeserver: hs.BaseURL, AccessToken: token}, 1)
	if session.HasEnded(err) {
		err = ErrToken
	}
	if err != nil {
		return nil, fmt.Errorf("sign in on %s: %w", hs.Name, err)
	}
	return a, nil
}

// login signs in without OAuth.
func login(ctx context.Context, opt Options, hs discovery.Homeserver, body loginRequest) (*Account, error) {
	hsClient, err := newClient(opt, Session{Homeserver: hs.BaseURL})
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
	s := Session{Homeserver: hs.BaseURL, UserID: reply.UserID, DeviceID: reply.DeviceID}
	s = s.With(reply.Tokens(asked))
	if err := isExpected(opt, s.UserID); err != nil {
		abandon(ctx, opt, s)
		return nil, err
	}
	return begin(opt, s)
}

// enter returns the account of a session of which only the tokens are known. It asks
// the homeserver for the user, up to tries times if the homeserver cannot be reached.
func enter(ctx context.Context, opt Options, s Session, tries int) (*Account, error) {
	c, err := session.New(session.Options{Transport: opt.Transport, Now: opt.Now}, s)
	if err != nil {
		return nil, err
	}
	var user id.UserID
	var device id.DeviceID
	for pause := firstBackoff; ; pause *= 2 {
		user, device, err = c.WhoAmI(ctx)
		if tries--; tries == 0 || !is[*UnreachableError](err) || !sleep.For(ctx, pause) {
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
	return begin(opt, s)
}

// isExpected returns an [OtherUserError] if the user is not the user of the session to
// continue.
func isExpected(opt Options, user id.UserID) error {
	if want := opt.Again.UserID; want != "" && want != user {
		return &OtherUserError{Want: want, Got: user}
	}
	return nil
}

// abandonTimeout is the limit for ending a session that is not used.
const abandonTimeout = 15 * time.Second

// abandon ends a new session that is not used. An error would not help the user.
func abandon(ctx context.Context, opt Options, s Session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abandonTimeout)
	defer cancel()
	if c, err := session.New(session.Options{Transport: opt.Transport, Now: opt.Now}, s); err == nil {
		_, _ = c.End(ctx)
	}
}
