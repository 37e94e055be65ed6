package account

import (
	"fmt"
	"strings"
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
	"github.com/mxinvite/mxinvite/internal/sandbox/signedjson"
)

// A Session is one sign-in.
type Session struct {
	User   *User
	Token  string
	Device string
	Ended  bool // signed out by the server
	Soft   bool // ended by a soft logout

	Grant   *Grant    // nil if the token cannot be refreshed
	Expires time.Time // when the token expires; set only with a grant
	Used    bool      // the access token was used

	SentMembers map[string]map[string]string // member events sent with lazy loading: event IDs by room and user
}

// NewSession signs a user in. It ends an earlier session of the same device.
func (a *Store) NewSession(u *User, device string) *Session {
	if device == "" {
		device = strings.ToUpper(a.Random.Pick("device", network.Letters, 10))
	}
	for _, s := range a.Sessions {
		if s.User == u && s.Device == device {
			a.End(s)
		}
	}
	return a.mint(u, device, "syt_"+signedjson.EncodeURLBase64([]byte(u.ID[1:]))+"_"+a.Random.Pick("access token", network.Letters, 20)+"_"+
		a.Random.Pick("access token", network.Alphanumeric, 6))
}

// mint adds a session with an access token.
func (a *Store) mint(u *User, device, token string) *Session {
	s := &Session{User: u, Device: device, Token: token, SentMembers: map[string]map[string]string{}}
	a.Sessions[token] = s
	return s
}

// End ends a session and its grant.
func (a *Store) End(s *Session) {
	delete(a.Sessions, s.Token)
	if s.Grant != nil {
		a.EndGrant(s.Grant)
	}
}

// SignOutEverywhere ends all sessions of a user. After a soft logout clients keep their data and sign in
// again: https://spec.matrix.org/latest/client-server-api/#soft-logout.
func (a *Store) SignOutEverywhere(userID string, soft bool) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for _, s := range a.Sessions {
		if s.User.ID == userID {
			s.Ended, s.Soft = true, soft
			if s.Grant != nil && !soft {
				s.Grant.Ended = true // its refresh token is no longer valid
			}
		}
	}
	a.Changed() // long polls end too
}

// ExpireTokens expires all access tokens of a user that have a refresh token.
func (a *Store) ExpireTokens(userID string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for _, s := range a.Sessions {
		if s.User.ID == userID && s.Grant != nil {
			s.Expires = a.Now()
		}
	}
	a.Changed() // long polls end too
}

// RevokeGrants ends all sessions of a user that have a refresh token, as the account management page of an OAuth server
// does.
func (a *Store) RevokeGrants(userID string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for _, s := range a.Sessions {
		if s.User.ID == userID && s.Grant != nil {
			a.EndGrant(s.Grant)
		}
	}
	a.Changed()
}

// LatestTokens returns the newest tokens of a device of a user.
func (a *Store) LatestTokens(userID, device string) (access, refresh string, err error) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	for _, t := range a.RefreshTokens {
		if g := t.Grant; g.user.ID == userID && g.device == device && !g.Ended && g.latest == t {
			return g.last.Token, t.Token, nil
		}
	}
	return "", "", fmt.Errorf("%s has no session %s that can be renewed", userID, device)
}

// DeviceCount returns the number of devices of a user with a session: count_user_sessions_for_limiting in
// crates/handlers/src/session.rs of the Matrix Authentication Service.
func (a *Store) DeviceCount(u *User) int {
	devices := map[string]bool{}
	for _, s := range a.Sessions {
		if s.User == u && !s.Ended {
			devices[s.Device] = true
		}
	}
	return len(devices)
}
