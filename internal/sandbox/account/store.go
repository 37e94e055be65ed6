package account

import (
	"fmt"

	"github.com/mxinvite/mxinvite/internal/sandbox/network"
)

// A Store has the users of a homeserver, their sessions and tokens, and the ways to sign in.
type Store struct {
	*network.Network

	Users         map[string]*User    // by user ID
	Sessions      map[string]*Session // by access token
	RefreshTokens map[string]*RefreshToken
	loginTokens   map[string]loginToken // of single sign-on
	Ways          Ways
}

// New returns a store without users, in which users sign in with passwords.
func New(n *network.Network) *Store {
	return &Store{
		Network: n, Users: map[string]*User{}, Sessions: map[string]*Session{},
		RefreshTokens: map[string]*RefreshToken{}, loginTokens: map[string]loginToken{},
		Ways: Ways{Password: true, TokenLifetime: stockTokenLifetime},
	}
}

// A User has an account on the homeserver.
type User struct {
	ID          string
	Password    string
	DisplayName string
	AvatarURL   string
	Filters     []map[string]any
	Data        map[DataKey]Data

	Locked, Suspended, Deactivated bool
}

// A DataKey identifies account data. Room is empty for global account data.
type DataKey struct{ Room, Type string }

// Data is the content of an account data event and its position in the stream.
type Data struct {
	Content  map[string]any
	Position int
}

// AddUser adds a user.
func (a *Store) AddUser(localpart, password, displayName string) (userID string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	u := &User{
		ID: "@" + localpart + ":" + a.Domain(), Password: password, DisplayName: displayName,
		Data: map[DataKey]Data{},
	}
	a.Users[u.ID] = u
	return u.ID
}

// AddNewUser adds a user without a password. If the localpart is in use, the user gets the first free one with a number.
func (a *Store) AddNewUser(localpart, displayName string) (userID string) {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	id := "@" + localpart + ":" + a.Domain()
	for n := 2; a.Users[id] != nil; n++ {
		id = fmt.Sprintf("@%s%d:%s", localpart, n, a.Domain())
	}
	a.Users[id] = &User{ID: id, DisplayName: displayName, Data: map[DataKey]Data{}}
	return id
}
