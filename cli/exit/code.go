// Package exit turns the error of a command into an exit code, a message and a hint.
package exit

import (
	"errors"
	"net/http"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/client/link"
	"github.com/mxinvite/mxinvite/internal/threepid"
)

// The exit codes of the program. Scripts rely on them.
const (
	OK          = 0
	Error       = 1
	Usage       = 2
	Partly      = 3 // a part was done
	SignedOut   = 4 // not signed in, or signed out by the server
	Terms       = 5 // the user must accept the terms of the identity server
	NotAllowed  = 6 // not allowed in the room
	RateLimited = 7
)

// Meanings explains each exit code, by the code.
func Meanings() []string {
	return []string{
		OK:          "done",
		Error:       "error",
		Usage:       "wrong usage",
		Partly:      "partly done (some sent, some not; a file inspected in part)",
		SignedOut:   "not signed in",
		Terms:       "the terms of the identity server have to be accepted",
		NotAllowed:  "not allowed in the room",
		RateLimited: "rate limited and not waiting",
	}
}

// Code returns the exit code for an error.
func Code(err error) int {
	if err == nil {
		return OK
	}
	for _, exit := range []struct {
		code int
		is   func(error) bool
	}{
		{Partly, fail.PartlyDone},
		{Partly, fail.Is[*fail.TruncatedError]},
		{Usage, fail.Is[*fail.UsageError]},
		{Usage, fail.Either(threepid.ErrNotAddress, discovery.ErrNoServerNamed)},
		{SignedOut, fail.Either(fail.ErrNotSignedIn)},
		{SignedOut, fail.Is[*client.SignedOutError]},
		{SignedOut, fail.Is[*host.UnknownAccountError]},
		{Usage, fail.Is[*host.ChoiceError]},
		{Terms, fail.Is[*client.TermsError]},
		{Usage, fail.Is[link.Error]},
		{Usage, fail.Either(client.ErrNoRoomNamed, client.ErrNoSigner)},
		{NotAllowed, fail.Is[*client.PowerError]},
		{NotAllowed, refusedByRoom},
		{NotAllowed, fail.Either(client.ErrNotJoined)},
		{NotAllowed, func(err error) bool { return client.HasCode(err, "M_FORBIDDEN") }},
		{RateLimited, func(err error) bool {
			e, ok := errors.AsType[*out.WaitingError](err)
			return ok && e.Limited()
		}},
		{RateLimited, fail.Is[*client.RateLimitError]},
		{RateLimited, func(err error) bool {
			e, ok := errors.AsType[*identity.Error](err)
			return ok && e.Status == http.StatusTooManyRequests
		}},
	} {
		if exit.is(err) {
			return exit.code
		}
	}
	return Error
}

// refusedByRoom reports whether a room's permissions or bans caused err. An error of the
// federation between servers does not count.
func refusedByRoom(err error) bool {
	e, ok := errors.AsType[*client.RefusedError](err)
	return ok && e.Reason != client.RefusedUnchecked && e.Reason != client.RefusedFar && e.Reason != client.RefusedNoRoute
}
