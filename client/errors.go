package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/invite"
)

// Reasons why something cannot be done, beside the types below.
var (
	ErrPassword          = errors.New("wrong user name or password")
	ErrNoPassword        = errors.New("the homeserver does not offer to sign in with a password")
	ErrToken             = errors.New("the homeserver does not know this access token")
	ErrLoginToken        = errors.New("the homeserver does not take what single sign-on gave")
	ErrNotOffered        = errors.New("the homeserver does not offer this way to sign in")
	ErrNotJoined         = errors.New("you are not in this room")
	ErrNoIdentityServer  = errors.New("no identity server is set, and only one can send invites by e-mail")
	ErrIdentityServerOff = errors.New("your account is set to use no identity server")
	ErrNoInvite          = errors.New("no such invite in this room")
	ErrAlreadyRevoked    = errors.New("the invite was already revoked")

	errTimeout = jsonhttp.ErrTimeout
)

// A SignedOutError says that the homeserver no longer knows the session.
type SignedOutError struct {
	// Whose session it was, and on which homeserver; empty where that is not known.
	UserID     id.UserID
	Homeserver string // base URL
	// Soft is set when signing in again resumes the same session
	// (https://spec.matrix.org/v1.19/client-server-api/#soft-logout).
	Soft bool
}

func (e *SignedOutError) Error() string {
	if e.UserID == "" {
		return "the homeserver has signed you out"
	}
	return fmt.Sprintf("the homeserver has signed %s out", e.UserID)
}

// An AccountLockedError says that the homeserver refuses an account whose session
// has not ended: the people who run the homeserver have locked it
// (https://spec.matrix.org/v1.19/client-server-api/#account-locking).
type AccountLockedError struct {
	Server string
	// Told is set if the homeserver said so. Otherwise it refuses tokens that it
	// has only just given out, as one behind a Matrix Authentication Service does.
	Told bool
}

func (e *AccountLockedError) Error() string {
	if e.Told {
		return e.Server + " has locked your account"
	}
	return e.Server + " refuses a session that was renewed this moment: your account may be locked or suspended"
}

// An AccountSuspendedError says that the account may read, and little more
// (https://spec.matrix.org/v1.19/client-server-api/#account-suspension).
type AccountSuspendedError struct{ Server string }

func (e *AccountSuspendedError) Error() string { return e.Server + " has suspended your account" }

// A ServerError is a homeserver's error response in its own words.
type ServerError = jsonhttp.ServerError

// HasCode reports whether err is a homeserver's error with this code.
func HasCode(err error, code string) bool { return jsonhttp.HasCode[*ServerError](err, code) }

// An UnreachableError says that no answer came from a homeserver, or from its
// OAuth server.
type UnreachableError = jsonhttp.UnreachableError

// A RateLimitError says that a server wants to be left alone for a while.
type RateLimitError struct {
	Server string
	// RetryAfter is how long; zero if the server did not say.
	RetryAfter time.Duration
}

func (e *RateLimitError) Error() string {
	if e.RetryAfter <= 0 {
		return e.Server + " takes no more of these for now and does not say until when"
	}
	return fmt.Sprintf("%s takes the next one in %s", e.Server, e.RetryAfter.Round(time.Second))
}

// A PowerError says that the account's power level is too low to invite to a room,
// or to revoke its invites.
type PowerError struct {
	Room       string
	Have, Need int
	Revoking   bool
}

func (e *PowerError) Error() string {
	action := "inviting"
	if e.Revoking {
		action = "revoking"
	}
	return fmt.Sprintf("your power level in %s is %d, and %s takes %d", e.Room, e.Have, action, e.Need)
}

// A MemberError says that a user cannot be invited because of their membership of
// the room.
type MemberError struct {
	Address    string // of the user, if the invite was to be for that
	UserID     id.UserID
	Room       string
	Membership string // join, invite or ban
}

func (e *MemberError) Error() string {
	who := string(e.UserID)
	if e.Address != "" {
		who = fmt.Sprintf("%s is %s, who", e.Address, e.UserID)
	}
	switch e.Membership {
	case "ban":
		return who + " is banned from " + e.Room
	case "invite":
		return who + " already has an invite to " + e.Room
	default:
		return who + " is already in " + e.Room
	}
}

// A PendingError says that an address seems to have an invite already that is
// still out. The redacted names are all there is to go by.
type PendingError struct {
	Address string
	Similar []invite.Invite
}

func (e *PendingError) Error() string {
	i := e.Similar[0]
	return fmt.Sprintf("%s may have an invite already: %s, sent by %s, is still pending", e.Address, i.DisplayName, i.Sender)
}

// A TermsError says that an identity server wants its terms accepted first.
type TermsError struct {
	Server   string
	Policies []identity.Policy // those still to be accepted
}

func (e *TermsError) Error() string {
	return "the terms of " + e.Server + " have not been accepted yet"
}

// An UncertainError says that a request for an invite was sent, what came of it
// was not told, and the room's state does not show the invite. A mail may or may
// not have gone out.
type UncertainError struct {
	Address string // or the Matrix ID
	Err     error  // why it is not known
}

func (e *UncertainError) Error() string {
	return fmt.Sprintf("it is uncertain whether %s was invited: %v", e.Address, e.Err)
}

func (e *UncertainError) Unwrap() error { return e.Err }

// homeserverError returns what an error response of a homeserver means.
func homeserverError(err error) error {
	e, ok := errors.AsType[*ServerError](err)
	if !ok {
		return err
	}
	switch e.Code {
	case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN":
		return &SignedOutError{Soft: e.SoftLogout}
	case "M_USER_LOCKED":
		return &AccountLockedError{Server: e.Server, Told: true}
	case "M_USER_SUSPENDED":
		return &AccountSuspendedError{Server: e.Server}
	case "M_LIMIT_EXCEEDED":
		return &RateLimitError{Server: e.Server, RetryAfter: e.RetryAfter}
	case "":
		if e.Status == http.StatusTooManyRequests {
			return &RateLimitError{Server: e.Server, RetryAfter: e.RetryAfter}
		}
	}
	return err
}

// hide removes secrets that a request held from what the homeserver says about
// it: an error is shown, and logged.
func hide(err error, secrets ...string) error {
	if e, ok := errors.AsType[*ServerError](err); ok {
		e.Hide(secrets...)
	}
	return err
}
