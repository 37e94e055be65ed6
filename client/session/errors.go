package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
	"github.com/mxinvite/mxinvite/client/oauth"
)

var (
	// ErrNoSession says that a homeserver accepted a sign-in or a refresh token, but
	// its response has no tokens or no user.
	ErrNoSession = errors.New("the homeserver's response has no session")
	// ErrLockBusy says that another program holds the lock of the session.
	ErrLockBusy = errors.New("another program on this machine is renewing the session, and has not finished")
)

// A ServerError is an error response of a homeserver.
type ServerError = jsonhttp.ServerError

// An UnreachableError says that there is no response from a homeserver or its OAuth
// server.
type UnreachableError = jsonhttp.UnreachableError

// HasCode reports whether err is an error response of a homeserver with this code.
func HasCode(err error, code string) bool { return jsonhttp.HasCode[*ServerError](err, code) }

// A SignedOutError says that the session has ended.
type SignedOutError struct {
	UserID     id.UserID // empty if not known, like Homeserver
	Homeserver string    // base URL
	// Soft is set if a new sign-in continues the same session
	// (https://spec.matrix.org/v1.19/client-server-api/#soft-logout).
	Soft bool
}

func (e *SignedOutError) Error() string {
	if e.UserID == "" {
		return "the homeserver has signed you out"
	}
	return fmt.Sprintf("the homeserver has signed %s out", e.UserID)
}

// HasEnded reports whether err is a [SignedOutError].
func HasEnded(err error) bool {
	_, ok := errors.AsType[*SignedOutError](err)
	return ok
}

// An AccountLockedError says that the administrators of the homeserver have locked
// the account. The session has not ended
// (https://spec.matrix.org/v1.19/client-server-api/#account-locking).
type AccountLockedError struct {
	Server string
	// Told is set if the homeserver said so. Otherwise it refused tokens that had
	// just been renewed, as one with a Matrix Authentication Service does.
	Told bool
}

func (e *AccountLockedError) Error() string {
	if e.Told {
		return e.Server + " has locked your account"
	}
	return e.Server + " refuses a session that was renewed this moment: your account may be locked or suspended"
}

// An AccountSuspendedError says that the account may read, but do little else
// (https://spec.matrix.org/v1.19/client-server-api/#account-suspension).
type AccountSuspendedError struct{ Server string }

func (e *AccountSuspendedError) Error() string { return e.Server + " has suspended your account" }

// A RateLimitError says that a server accepts no more requests of a kind for now.
type RateLimitError struct {
	Server string
	// RetryAfter is how long; zero if the server did not say. WaitCut is set if the
	// server said more than [jsonhttp.LongestWait].
	RetryAfter time.Duration
	WaitCut    bool
	// Proxy is set if the response is not one of Matrix: then the limit is that of a
	// proxy in front of the server, for requests of any kind.
	Proxy bool
}

func (e *RateLimitError) Error() string {
	switch {
	case e.RetryAfter <= 0:
		return e.Server + " accepts no more requests for now, and does not say until when"
	case e.WaitCut:
		return fmt.Sprintf("%s asks to wait for more than %d days", e.Server, e.RetryAfter/(24*time.Hour))
	}
	return fmt.Sprintf("%s accepts the next request in %s", e.Server, e.RetryAfter.Round(time.Second))
}

// A RenewalError says that a request was not sent because the session could not be
// renewed.
type RenewalError struct{ Err error }

func (e *RenewalError) Error() string { return fmt.Sprintf("renew the session: %v", e.Err) }

func (e *RenewalError) Unwrap() error { return e.Err }

// A NotSavedError says that a renewed session could not be saved. The one
// that was saved before is no longer valid.
type NotSavedError struct{ Err error }

func (e *NotSavedError) Error() string {
	return fmt.Sprintf("your renewed session could not be saved, so that you will have to sign in again at the next start: %v", e.Err)
}

func (e *NotSavedError) Unwrap() error { return e.Err }

// homeserverError returns the meaning of an error response of a homeserver.
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
	}
	if limit := rateLimit(e); limit != nil {
		return limit
	}
	return err
}

// rateLimit returns the error of a response that says that a limit was exceeded, and nil
// for another one. The status or the error code is enough: proxies send the status with
// any body, and in Synapse the code is sent with any status
// (https://github.com/element-hq/synapse/blob/develop/synapse/api/errors.py,
// LimitExceededError).
func rateLimit(e *ServerError) error {
	const code = "M_LIMIT_EXCEEDED"
	if e.Status != http.StatusTooManyRequests && e.Code != code {
		return nil
	}
	return &RateLimitError{Server: e.Server, RetryAfter: e.RetryAfter, WaitCut: e.WaitCut, Proxy: e.Code != code}
}

// OAuthError returns an error of an OAuth server as that of its homeserver: to the
// user they are one server.
func OAuthError(err error) error {
	if e, ok := errors.AsType[*oauth.Error](err); ok && e.Status == http.StatusTooManyRequests {
		return &RateLimitError{Server: e.Server, RetryAfter: e.RetryAfter, WaitCut: e.WaitCut}
	}
	return err
}

// HideSecrets removes secrets of a request from the homeserver's error response:
// errors are shown and logged.
func HideSecrets(err error, secrets ...string) error {
	if e, ok := errors.AsType[*ServerError](err); ok {
		e.Hide(secrets...)
	}
	return err
}

// NoResponse reports whether the homeserver may have carried a request out although
// there is no response from it.
func NoResponse(err error) bool {
	if errors.Is(err, syscall.ECONNREFUSED) || is[*net.DNSError](err) || is[*RenewalError](err) {
		return false // it was never sent
	}
	e, ok := errors.AsType[*ServerError](err)
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		is[*UnreachableError](err) || ok && e.Code == "" && e.Status >= http.StatusBadGateway // from a proxy
}

// mayBeDone is [NoResponse] for requests to a homeserver or an OAuth server.
func mayBeDone(err error) bool {
	e, ok := errors.AsType[*oauth.Error](err)
	return NoResponse(err) || ok && e.Code == "" && e.Status >= http.StatusBadGateway
}

// isRefused reports whether a refresh token is no longer valid.
func isRefused(err error) bool {
	return HasEnded(err) || HasCode(err, "M_FORBIDDEN") ||
		oauth.HasCode(err, "invalid_grant") || oauth.HasCode(err, "invalid_client") || oauth.HasCode(err, "unauthorized_client")
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
