package identity

import (
	"errors"

	"github.com/mxinvite/mxinvite/client/internal/jsonhttp"
)

// An Error is the error response of an identity server.
type Error struct{ jsonhttp.ServerError }

func (e *Error) Error() string { return "identity server " + e.ServerError.Error() }

// HasCode reports whether err is an identity server's error with this code.
func HasCode(err error, code string) bool { return jsonhttp.HasCode[*Error](err, code) }

// An UnreachableError says that an identity server did not respond.
type UnreachableError struct{ jsonhttp.UnreachableError }

func (e *UnreachableError) Error() string { return "identity server " + e.UnreachableError.Error() }

// WrapError converts an error of package jsonhttp to the type of this package.
func WrapError(err error) error {
	if e, ok := errors.AsType[*jsonhttp.ServerError](err); ok {
		return &Error{*e}
	}
	if e, ok := errors.AsType[*jsonhttp.UnreachableError](err); ok {
		return &UnreachableError{*e}
	}
	return err
}
