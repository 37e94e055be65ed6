package cli

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

// What the program's exit code says. It is a promise to scripts.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2
	exitPartly      = 3 // some of it was done, some not
	exitSignedOut   = 4 // not signed in, or signed out by the server
	exitTerms       = 5 // the identity server's terms wait
	exitNotAllowed  = 6 // not allowed in the room
	exitRateLimited = 7
)

// exitWords say the codes to people, each at its own number.
func exitWords() []string {
	return []string{
		exitOK:          "done",
		exitError:       "error",
		exitUsage:       "wrong usage",
		exitPartly:      "partly done (some sent, some not; a file inspected in part)",
		exitSignedOut:   "not signed in",
		exitTerms:       "the identity server's terms wait",
		exitNotAllowed:  "not allowed in the room",
		exitRateLimited: "rate limited and not waiting",
	}
}

// exitCode is the code of the first of these that err is.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	for _, exit := range []struct {
		code int
		is   func(error) bool
	}{
		{exitPartly, partlyDone},
		{exitPartly, fail.Is[*cutShortError]},
		{exitUsage, fail.Is[*fail.UsageError]},
		{exitUsage, fail.Either(threepid.ErrNotAddress, discovery.ErrNoServerNamed)},
		{exitSignedOut, fail.Either(fail.ErrNotSignedIn)},
		{exitSignedOut, fail.Is[*client.SignedOutError]},
		{exitSignedOut, fail.Is[*host.UnknownAccountError]},
		{exitUsage, fail.Is[*host.ChoiceError]},
		{exitTerms, fail.Is[*client.TermsError]},
		{exitUsage, fail.Is[link.Error]},
		{exitUsage, fail.Either(client.ErrNoRoomNamed, client.ErrNobodySigns)},
		{exitNotAllowed, fail.Is[*client.PowerError]},
		{exitNotAllowed, keptOut},
		{exitNotAllowed, fail.Either(client.ErrNotJoined)},
		{exitNotAllowed, func(err error) bool { return client.HasCode(err, "M_FORBIDDEN") }},
		{exitRateLimited, func(err error) bool {
			e, ok := errors.AsType[*out.WaitingError](err)
			return ok && e.Limited()
		}},
		{exitRateLimited, fail.Is[*client.RateLimitError]},
		{exitRateLimited, func(err error) bool {
			e, ok := errors.AsType[*identity.Error](err)
			return ok && e.Status == http.StatusTooManyRequests
		}},
	} {
		if exit.is(err) {
			return exit.code
		}
	}
	return exitError
}

// keptOut reports whether err is that a room does not let the account in. That
// servers did not reach each other says nothing about the room.
func keptOut(err error) bool {
	e, ok := errors.AsType[*client.RefusedError](err)
	return ok && e.Reason != client.RefusedUnchecked && e.Reason != client.RefusedFar && e.Reason != client.RefusedNoRoute
}
