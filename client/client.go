// Package client is a Matrix account that sends third-party invites and
// watches what becomes of them: it signs in, follows the account's rooms, and
// talks to the identity server that the account uses.
package client

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
	"github.com/mxinvite/mxinvite/client/keycheck"
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
// from many goroutines.
type Account struct {
	opt     Options
	session Session // who and where, without tokens
	secrets secrets
	base    *url.URL // of the homeserver
	state   *state
	syncing ctxlock.Mutex
	poll    longPoll

	identity identityState

	book       *addressBook
	outboxNews chan struct{} // this program has changed the outbox
	sends      atomic.Bool   // this program's runner is the one that sends

	overtaken atomic.Bool // another program keeps the store
	missed    atomic.Bool // the last change could not be stored
	ended     atomic.Bool // the session was signed out of
	keepErr   atomic.Pointer[error]

	keys    *keycheck.Checker // nil if keys are not checked
	trustMu sync.RWMutex
	trusted map[string]bool // hosts that may be asked about keys
	answers map[keycheck.Question]said
	swept   time.Time // when answers nobody needs were last forgotten
	// noServerUntil is until when nobody looks for an identity server to trust.
	noServerUntil time.Time
}

// UserID is the account's Matrix ID.
func (a *Account) UserID() id.UserID { return a.session.UserID }

// Session is what it takes to resume the account later. It is a secret.
func (a *Account) Session() Session { return a.secrets.session() }
