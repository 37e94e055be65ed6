package oauth

import (
	"errors"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// Reasons why a sign-in failed, beside the types below.
var (
	ErrDenied    = errors.New("the sign-in was denied")
	ErrExpired   = errors.New("the code was not used in time")
	ErrNotAnswer = errors.New("this is not the address that the browser ends at after signing in")
	ErrState     = errors.New("this address belongs to another sign-in than the one that waits for it")
	ErrMixUp     = errors.New("the answer is from another server than the one that was asked")

	errNonsense = errors.New("something that is not the answer of an OAuth server")
)

// An Error is a server's error response (RFC 6749, section 5.2), or one that the
// browser brought, or an answer that makes no sense.
type Error struct{ jsonhttp.ServerError }

// HasCode reports whether err is a server's error with this code.
func HasCode(err error, code string) bool { return jsonhttp.HasCode[*Error](err, code) }

// An UnreachableError says that no answer came.
type UnreachableError = jsonhttp.UnreachableError
