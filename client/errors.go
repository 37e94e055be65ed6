package client

import (
	"errors"
	"fmt"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/session"
)

// Errors of sign-ins, rooms, identity servers and invites, besides the types below.
var (
	ErrPassword          = errors.New("wrong user name or password")
	ErrNoPassword        = errors.New("the homeserver does not offer to sign in with a password")
	ErrToken             = errors.New("the homeserver does not know this access token")
	ErrLoginToken        = errors.New("the homeserver refuses the login token of single sign-on")
	ErrNotOffered        = errors.New("the homeserver does not offer this way to sign in")
	ErrNotJoined         = errors.New("you are not in this room")
	ErrNoIdentityServer  = errors.New("no identity server is set, and only one can send invites by e-mail")
	ErrIdentityServerOff = errors.New("your account is set to use no identity server")
	ErrNoInvite          = errors.New("no such invite in this room")
	ErrAlreadyRevoked    = errors.New("the invite was already revoked")

	errMembership = errors.New("ask whether")
)

// Errors of requests to a homeserver; see the package session.
type (
	// ServerError is a [session.ServerError].
	ServerError = session.ServerError
	// UnreachableError is a [session.UnreachableError].
	UnreachableError = session.UnreachableError
	// SignedOutError is a [session.SignedOutError].
	SignedOutError = session.SignedOutError
	// AccountLockedError is a [session.AccountLockedError].
	AccountLockedError = session.AccountLockedError
	// AccountSuspendedError is a [session.AccountSuspendedError].
	AccountSuspendedError = session.AccountSuspendedError
	// RateLimitError is a [session.RateLimitError].
	RateLimitError = session.RateLimitError
	// RenewalError is a [session.RenewalError].
	RenewalError = session.RenewalError
	// SessionNotSavedError is a [session.NotSavedError].
	SessionNotSavedError = session.NotSavedError
)

// HasCode reports whether err is an error response of a homeserver with this code.
func HasCode(err error, code string) bool { return session.HasCode(err, code) }

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
	return fmt.Sprintf("your power level in %s is %d, and %s needs %d", e.Room, e.Have, action, e.Need)
}

// A MemberError says that a user cannot be invited because of their membership of
// the room.
type MemberError struct {
	Address    string // of the user, if the invite was to an address
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

// A PendingError says that there may be a pending invite for an address. Their
// display names match.
type PendingError struct {
	Address string
	Similar []invite.Invite
}

func (e *PendingError) Error() string {
	i := e.Similar[0]
	return fmt.Sprintf("%s may have an invite already: %s, sent by %s, is still pending", e.Address, i.DisplayName, i.Sender)
}

// An OtherUserError says that the user who signed in is not the user of the session to
// continue.
type OtherUserError struct{ Want, Got id.UserID }

func (e *OtherUserError) Error() string {
	return fmt.Sprintf("you signed in as %s, but the session to continue is that of %s", e.Got, e.Want)
}

// A TermsError says that the terms of an identity server have to be accepted first.
type TermsError struct {
	Server   string
	Policies []identity.Policy // policies that are not accepted
}

func (e *TermsError) Error() string {
	return "the terms of " + e.Server + " have not been accepted yet"
}

// An UncertainError says that it is not known whether an invite was sent: the response
// does not show it, and the invite is not in the room. The e-mail may have been sent.
type UncertainError struct {
	Address string // or the Matrix ID
	Err     error  // the cause
}

func (e *UncertainError) Error() string {
	return fmt.Sprintf("it is uncertain whether %s was invited: %v", e.Address, e.Err)
}

func (e *UncertainError) Unwrap() error { return e.Err }

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
