package oauth

import (
	"errors"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// Errors of a sign-in, besides [Error] and [UnreachableError].
var (
	ErrDenied      = errors.New("the sign-in was denied")
	ErrExpired     = errors.New("the code has expired")
	ErrNotRedirect = errors.New("this is not the address that the browser shows after you sign in")
	ErrState       = errors.New("this address belongs to another sign-in")
	ErrMixUp       = errors.New("the response is from another server than the one that received the request")

	errInvalid = errors.New("with an invalid response")
)

// An Error is an error response of the server (RFC 6749, section 5.2), an error in
// the parameters of a redirect, or an invalid response.
type Error struct{ jsonhttp.ServerError }

// HasCode reports whether err is an Error with this code.
func HasCode(err error, code string) bool { return jsonhttp.HasCode[*Error](err, code) }

// An UnreachableError says that the server did not respond.
type UnreachableError = jsonhttp.UnreachableError
