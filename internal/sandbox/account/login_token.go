package account

import (
	"time"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// A loginToken is the loginToken parameter with which single sign-on redirects to the client. It can be used once.
type loginToken struct {
	user    *User
	expires time.Time
}

const loginTokenLifetime = 2 * time.Minute

// NewLoginToken returns a login token for a user. The caller holds Mu.
func (a *Store) NewLoginToken(u *User) string {
	token := "syl_" + a.Random.Pick("login token", network.Letters, 20) + "_" + a.Random.Pick("login token", network.Alphanumeric, 6)
	a.loginTokens[token] = loginToken{u, a.Now().Add(loginTokenLifetime)}
	return token
}

// UseLoginToken returns the user of a login token, which is then no longer valid; nil if it is not valid. The caller holds
// Mu.
func (a *Store) UseLoginToken(token string) *User {
	t, ok := a.loginTokens[token]
	delete(a.loginTokens, token)
	if !ok || a.Now().After(t.expires) {
		return nil
	}
	return t.user
}
