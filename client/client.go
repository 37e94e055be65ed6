// Package client sends, revokes, accepts and lists the third-party invites of a Matrix
// account.
package client

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/firstsync"
	"github.com/mxinvite/mxinvite/client/internal/ctxlock"
	"github.com/mxinvite/mxinvite/client/internal/polling"
	"github.com/mxinvite/mxinvite/client/roomstate"
	"github.com/mxinvite/mxinvite/client/session"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/seal"
)

const (
	// pollTimeout is how long a homeserver may hold a /sync without events.
	pollTimeout = 30 * time.Second
)

// Options configure an account.
type Options struct {
	// Transport sends all requests except those of KeyTransport.
	Transport http.RoundTripper
	// Now returns the current time.
	Now func() time.Time
	// IdentityServer is the base URL of the identity server to use if neither the
	// account nor its homeserver has one; empty for none.
	IdentityServer string
	// KeyTransport sends requests to URLs in invites of other users. If it is nil, keys
	// are not checked.
	KeyTransport http.RoundTripper
	// Trusted reports whether a host, besides the identity server, may be asked about
	// keys. The host is in the form of [keycheck.Question.Host].
	Trusted func(host string) bool
	// LinksServer is the server that signs for the links of the account.
	LinksServer LinksServer
	// StaleAfter is the age from which on a pending invite is stale; zero for never.
	StaleAfter time.Duration
	// Store is the database for rooms, invites and the outbox; nil stores nothing.
	Store *store.Store
	// FormerKey returns the DataKey of an earlier session of the account, or the zero
	// key if there is none. It may be nil.
	FormerKey func(user id.UserID, homeserver string) seal.Key
	// UnstoredRooms is set if the rooms are neither read from the store nor written to
	// it.
	UnstoredRooms bool
	// RevokeAccepted is set if [Account.RevokeAccepted] revokes invites.
	RevokeAccepted bool
	// NoAddressBook is set if the addresses of sent invites must not be stored.
	NoAddressBook bool
	// Mailer sends the mails of invites [ByMail]. If it is nil, there are none, and
	// MailerErr may say why.
	Mailer    Mailer
	MailerErr error
	// LinkBase is the base of the links in mails (see [link.Link.Format]); empty for
	// [link.DefaultBase].
	LinkBase string
	// DeviceName is the name of the session in the user's list of sessions.
	DeviceName string
	// Again is the session that a sign-in continues: the device stays the same, and a
	// sign-in as another user fails. It is zero for a new session.
	Again Session
	// SaveSession stores a renewed session; see [session.Options.Save]. If it is nil,
	// nothing is stored and no refresh tokens are requested.
	SaveSession func(Session) error
	// SavedSession returns the session that was saved last; see
	// [session.Options.Saved].
	SavedSession func() (Session, error)
	// LockSession locks the session; see [session.Options.Lock].
	LockSession func(context.Context) (unlock func(), err error)
	// Memory limits the memory for what is known of the rooms. Transport limits that
	// for responses. Nil means no limit.
	Memory Memory
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
	accepted *acceptedRevoker
	routes   sync.Map                      // servers of a link, by room
	software atomic.Pointer[knownSoftware] // of the homeserver

	syncing   ctxlock.Mutex // held during a sync
	poll      polling.LongPoll
	noWindows bool // the first sync must be one request; guarded by syncing

	first    atomic.Pointer[firstsync.Sync]  // nil if no first sync in windows has begun
	whole    atomic.Pointer[firstsync.Whole] // nil if no first sync in one response runs
	moreRead chan struct{}                   // receives when the first sync has read a window

	tracing atomic.Pointer[traceCount] // nil if no room is being traced

	outboxChanged chan struct{} // by this program
	sends         atomic.Bool   // the runner of this program sends

	stored   storedPosition
	storeErr atomic.Pointer[error]
}

// UserID returns the Matrix ID of the account.
func (a *Account) UserID() id.UserID { return a.session.UserID }

// Session returns the session with its newest tokens, for [Resume]. It contains
// secrets.
func (a *Account) Session() Session { return a.hs.Session() }

// WhoAmI asks the homeserver for the user of the session. The error is a
// [SignedOutError] if the session has ended.
func (a *Account) WhoAmI(ctx context.Context) (id.UserID, error) {
	user, _, err := a.hs.WhoAmI(ctx)
	return user, err
}

// Versions returns the versions of the specification that the homeserver supports, and
// the time of its clock. It uses no access token.
func (a *Account) Versions(ctx context.Context) (discovery.Versions, error) {
	return discovery.ReadVersions(ctx, a.opt.Transport, a.opt.Now, a.session.Homeserver)
}

// A Session is a signed-in device of a user, with its tokens. It contains secrets.
type Session = session.Session

// Begin returns the account of a new session. The session keeps the data key of an
// earlier session of the same account.
func Begin(opt Options, s Session) (*Account, error) {
	if opt.FormerKey != nil {
		s.DataKey = opt.FormerKey(s.UserID, s.Homeserver)
	}
	if s.DataKey.IsZero() {
		s.DataKey = seal.NewKey()
	}
	return Resume(opt, s)
}

// Resume returns the account of a stored session. It sends no request: the first
// request shows whether the session is still valid.
func Resume(opt Options, s Session) (*Account, error) {
	if opt.Memory == nil {
		opt.Memory = unlimited{}
	}
	hs, err := newClient(opt, s)
	if err != nil {
		return nil, err
	}
	user := s
	user.AccessToken, user.RefreshToken = "", ""
	identity := newIdentityServer(opt, user, hs)
	return &Account{
		opt: opt, session: user, data: dataKey{s.DataKey}, hs: hs,
		rooms: roomstate.New(s.UserID), identity: identity, keys: newKeyChecks(opt, identity), book: newAddressBook(), accepted: newAcceptedRevoker(),
		syncing: ctxlock.New(), moreRead: make(chan struct{}, 1), outboxChanged: make(chan struct{}, 1),
	}, nil
}

// newClient returns the client that sends the requests of a session.
func newClient(opt Options, s Session) (*session.Client, error) {
	return session.New(session.Options{
		Transport: opt.Transport, Now: opt.Now, Save: opt.SaveSession, Saved: opt.SavedSession, Lock: opt.LockSession,
	}, s)
}
