package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/internal/reason"
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

	errTimeout = errors.New("no answer in time")
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

// A ServerError is a homeserver's refusal in its own words.
type ServerError struct {
	Server  string
	Status  int    // of HTTP
	Code    string // such as M_FORBIDDEN; empty when the answer was no Matrix error
	Message string
}

func (e *ServerError) Error() string {
	said := "HTTP " + strconv.Itoa(e.Status)
	if e.Code != "" {
		said = e.Code
	}
	if e.Message != "" {
		said += ": " + e.Message
	}
	return fmt.Sprintf("%s answered %s", e.Server, said)
}

// HasCode reports whether err is a homeserver's refusal with this error code.
func HasCode(err error, code string) bool {
	var e *ServerError
	return errors.As(err, &e) && e.Code == code
}

// An UnreachableError says that no answer came from a homeserver.
type UnreachableError struct {
	Server string
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %v", e.Server, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

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
		action = "revoking an invite"
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

// translate turns what the library says went wrong into what this package
// promises. Request URLs and bodies do not survive: they hold what should be
// in no log.
func translate(ctx context.Context, server string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errTimeout) {
			return &UnreachableError{Server: server, Err: errTimeout}
		}
		return ctx.Err()
	}
	var he mautrix.HTTPError
	if !errors.As(err, &he) {
		return &UnreachableError{Server: server, Err: err}
	}
	switch {
	case he.RespError != nil:
		return refusal(server, he)
	case he.Response != nil && he.Response.StatusCode >= http.StatusMultipleChoices:
		if he.Response.StatusCode == http.StatusTooManyRequests {
			return &RateLimitError{Server: server, RetryAfter: retryAfter(he)}
		}
		return &ServerError{Server: server, Status: he.Response.StatusCode}
	case he.Response != nil && isJSONError(he.WrappedError):
		return &ServerError{Server: server, Status: he.Response.StatusCode, Message: "what came is not the JSON of a homeserver"}
	}
	return &UnreachableError{Server: server, Err: reason.Of(he.WrappedError)}
}

func refusal(server string, he mautrix.HTTPError) error {
	e := &ServerError{Server: server, Code: he.RespError.ErrCode, Message: he.RespError.Err}
	if he.Response != nil {
		e.Status = he.Response.StatusCode
	}
	switch e.Code {
	case "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN":
		soft, _ := he.RespError.ExtraData["soft_logout"].(bool)
		return &SignedOutError{Soft: soft}
	case "M_USER_LOCKED":
		return &AccountLockedError{Server: server, Told: true}
	case "M_USER_SUSPENDED":
		return &AccountSuspendedError{Server: server}
	case "M_LIMIT_EXCEEDED":
		return &RateLimitError{Server: server, RetryAfter: retryAfter(he)}
	}
	return e
}

// retryAfter reads how long to wait out of a 429: from its header, as the spec
// has it since v1.10, or from its body
// (https://spec.matrix.org/v1.19/client-server-api/#rate-limiting).
func retryAfter(he mautrix.HTTPError) time.Duration {
	if he.RespError != nil {
		if ms, ok := he.RespError.ExtraData["retry_after_ms"].(float64); ok && ms > 0 {
			return time.Duration(ms) * time.Millisecond
		}
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(he.Response.Header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// hide takes secrets that a request held out of what the homeserver says about
// it: an error is shown, and logged.
func hide(err error, secrets ...string) error {
	var e *ServerError
	if !errors.As(err, &e) {
		return err
	}
	for _, s := range secrets {
		if s != "" {
			e.Message = strings.ReplaceAll(e.Message, s, "…")
		}
	}
	return err
}

func isJSONError(err error) bool {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	return errors.As(err, &syntax) || errors.As(err, &typ)
}
