// Package client is a Matrix account that sends third-party invites and
// watches what becomes of them: it signs in, follows the account's rooms, and
// talks to the identity server that the account uses.
package client

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
	"github.com/mxinvite/mxinvite/client/roomstate"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/seal"
)

const (
	// pollTimeout is how long a homeserver may hold a /sync without news.
	pollTimeout = 30 * time.Second
)

// Options is what an account needs of the world around it.
type Options struct {
	// Transport is the one way out to the network.
	Transport http.RoundTripper
	// Now is the clock.
	Now func() time.Time
	// IdentityServer is the base URL of the identity server to use when neither
	// the account nor its homeserver names one; empty for none.
	IdentityServer string
	// KeyTransport is the way to the URLs that strangers wrote into invites. Nil
	// leaves their keys unchecked.
	KeyTransport http.RoundTripper
	// Trusted says which hosts may be asked about keys beside the identity
	// server, in the form of [keycheck.Question.Host].
	Trusted func(host string) bool
	// StaleAfter is how long an invite may be out before it is worth a look;
	// zero for ever.
	StaleAfter time.Duration
	// Store keeps what is known from one start to the next; nil keeps nothing.
	Store *store.Store
	// FormerKey returns the DataKey of an earlier session of the account; the zero
	// key if there was none. Nil never finds one.
	FormerKey func(user id.UserID, homeserver string) seal.Key
	// NoAddressBook keeps no addresses of those that invites were sent to.
	NoAddressBook bool
	// DeviceName is how the session is called in the list of one's sessions.
	DeviceName string
	// Again is a session that has ended, if a sign-in is to go on with it: the
	// device stays the same, and nobody else may sign in in its place.
	Again Session
	// SaveSession keeps a session that was renewed for the next start. It is
	// called before the new tokens are used for anything, because then the old
	// ones die. Nil keeps nothing, and asks homeservers for no tokens that need it.
	SaveSession func(Session) error
	// SavedSession returns the session that was saved last, perhaps by another
	// program that has the same one; nil if there is only this program. The error
	// is [fs.ErrNotExist] if another program has signed out of it.
	SavedSession func() (Session, error)
	// LockSession waits until no other program renews or ends the session, and
	// keeps all others from it until unlock is called. Nil if there is only this
	// program.
	LockSession func(context.Context) (unlock func(), err error)
}

// An Account is a signed-in user on a homeserver. Its methods may be called
// concurrently.
type Account struct {
	opt     Options
	session Session // without tokens
	data    dataKey

	hs       *session.Client
	rooms    *roomstate.Rooms
	identity *identityServer
	keys     *keyChecks
	book     *addressBook

	syncing ctxlock.Mutex // held during a sync
	poll    longPoll

	outboxChanged chan struct{} // by this program
	sends         atomic.Bool   // the runner of this program sends

	overtaken atomic.Bool // another program writes to the store
	missed    atomic.Bool // the last change could not be stored
	keepErr   atomic.Pointer[error]
}

// UserID is the account's Matrix ID.
func (a *Account) UserID() id.UserID { return a.session.UserID }

// Session is what it takes to resume the account later. It is a secret.
func (a *Account) Session() Session { return a.hs.Session() }

// WhoAmI returns the user that the session belongs to, as the homeserver says. The
// error is a [SignedOutError] if the session has ended.
func (a *Account) WhoAmI(ctx context.Context) (id.UserID, error) {
	user, _, err := a.hs.WhoAmI(ctx)
	return user, err
}

// Versions returns the versions of the specification that the homeserver supports,
// and the time on its clock. The session is not used.
func (a *Account) Versions(ctx context.Context) (discovery.Versions, error) {
	return discovery.ReadVersions(ctx, a.opt.Transport, a.opt.Now, a.session.Homeserver)
}

// A Session is a signed-in device of a user, with its tokens. It is a secret.
type Session = session.Session

// begin returns the account of a new session. The session keeps the data key of an
// earlier session of the same account.
func begin(opt Options, s Session) (*Account, error) {
	if opt.FormerKey != nil {
		s.DataKey = opt.FormerKey(s.UserID, s.Homeserver)
	}
	if s.DataKey.IsZero() {
		s.DataKey = seal.NewKey()
	}
	return Resume(opt, s)
}

// Resume returns the account of a session. It sends no request: whether the session
// is valid shows with the first request.
func Resume(opt Options, s Session) (*Account, error) {
	hs, err := newClient(opt, s)
	if err != nil {
		return nil, err
	}
	user := s
	user.AccessToken, user.RefreshToken = "", ""
	identity := newIdentityServer(opt, user, hs)
	return &Account{
		opt: opt, session: user, data: dataKey{s.DataKey}, hs: hs,
		rooms: roomstate.New(s.UserID), identity: identity, keys: newKeyChecks(opt, identity), book: newAddressBook(),
		syncing: ctxlock.New(), outboxChanged: make(chan struct{}, 1),
	}, nil
}

// newClient returns the client that sends the requests of a session.
func newClient(opt Options, s Session) (*session.Client, error) {
	return session.New(session.Options{
		Transport: opt.Transport, Now: opt.Now, Save: opt.SaveSession, Saved: opt.SavedSession, Lock: opt.LockSession,
	}, s)
}
