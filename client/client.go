// Package client is a Matrix account that sends third-party invites and
// watches what becomes of them: it signs in, follows the account's rooms, and
// talks to the identity server that the account uses.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/seal"
)

const (
	// longPoll is how long a homeserver may hold a /sync without news.
	longPoll = 30 * time.Second
	// requestTimeout bounds everything but a long poll. Synapse gives an
	// identity server 60 s, and we want its answer rather than our own guess.
	requestTimeout = 75 * time.Second
	// maxReply bounds an answer: a first /sync of a very large account.
	maxReply = 256 << 20
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
	mx      *mautrix.Client
	state   *state
	syncing turn
	poll    atomic.Pointer[context.CancelCauseFunc] // ends the long poll that is under way

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

// newClient returns a client for a homeserver. It has no token: the library
// would take it wherever a request goes, and renew it as it likes.
func newClient(opt Options, s Session) (*mautrix.Client, error) {
	mx, err := mautrix.NewClient(s.Homeserver, s.UserID, "")
	if err != nil {
		return nil, err
	}
	mx.DeviceID = s.DeviceID
	mx.UserAgent = "mxinvite"
	mx.Client = &http.Client{
		Transport: opt.Transport,
		// A redirection would take a password or an address to who knows where.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	mx.ResponseSizeLimit = maxReply
	// An invite is an e-mail to a person. No library may decide to send it again.
	mx.DefaultHTTPRetries = 0
	mx.IgnoreRateLimit = true
	return mx, nil
}

// path is an endpoint of the client-server API, in unescaped parts.
type path = mautrix.ClientURLPath

// get asks the homeserver and reads its answer into reply.
func (a *Account) get(ctx context.Context, p path, query map[string]string, reply any) error {
	return a.call(ctx, http.MethodGet, p, query, nil, reply)
}

// call sends one request to the homeserver, once, and reads the answer into
// reply, which may be nil.
func (a *Account) call(ctx context.Context, method string, p path, query map[string]string, body, reply any) error {
	if reply == nil {
		reply = new(json.RawMessage)
	}
	_, err := a.request(ctx, method, p, query, body, reply)
	return err
}

// getRaw asks the homeserver and returns its answer as it came.
func (a *Account) getRaw(ctx context.Context, p path, query map[string]string) ([]byte, error) {
	return a.request(ctx, http.MethodGet, p, query, nil, nil)
}

// request sends one request to a path.
func (a *Account) request(ctx context.Context, method string, p path, query map[string]string, body, reply any) ([]byte, error) {
	return a.requestURL(ctx, method, a.mx.BuildURLWithQuery(p, query), body, reply)
}

// requestURL sends a request once, with a token that is good. One that is refused
// for its token was not carried out, and is sent again with a new one: an
// invite, too, mails nobody twice by that. If new tokens are refused as well, it
// is not the session that has ended.
func (a *Account) requestURL(ctx context.Context, method, url string, body, reply any) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, requestTimeout, errTimeout)
	defer cancel()
	token, err := a.accessToken(ctx)
	if err != nil {
		return nil, a.named(err)
	}
	for try := 0; ; try++ {
		data, err := a.try(ctx, token, method, url, body, reply)
		if !signedOut(err) || token == "" {
			return data, err
		}
		switch renewal := a.renew(ctx, token); {
		case signedOut(renewal):
			return nil, a.named(err)
		case renewal != nil:
			return nil, renewal
		case try == renewals:
			return nil, &AccountLockedError{Server: a.mx.HomeserverURL.Host}
		}
		token = a.Session().AccessToken
	}
}

// named says of an error whose session has ended, if it is that.
func (a *Account) named(err error) error {
	if gone, ok := errors.AsType[*SignedOutError](err); ok {
		return &SignedOutError{UserID: a.session.UserID, Homeserver: a.session.Homeserver, Soft: gone.Soft}
	}
	return err
}

// try sends one request. Bodies are never logged: they hold addresses and
// tokens.
func (a *Account) try(ctx context.Context, token, method, url string, body, reply any) ([]byte, error) {
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	data, err := a.mx.MakeFullRequest(ctx, mautrix.FullRequest{
		Method:           method,
		URL:              url,
		Headers:          header,
		RequestJSON:      body,
		ResponseJSON:     reply,
		MaxAttempts:      1,
		SensitiveContent: true,
	})
	return data, hide(translate(ctx, a.mx.HomeserverURL.Host, err), token)
}
