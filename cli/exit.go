package cli

import (
	"context"
	"errors"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
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
		{exitPartly, is[*cutShortError]},
		{exitUsage, is[*usageError]},
		{exitUsage, either(threepid.ErrNotAddress, client.ErrNoServerNamed)},
		{exitSignedOut, either(errNotSignedIn)},
		{exitSignedOut, is[*client.SignedOutError]},
		{exitSignedOut, is[*unknownAccountError]},
		{exitUsage, is[*choiceError]},
		{exitTerms, is[*client.TermsError]},
		{exitUsage, is[link.Error]},
		{exitUsage, either(client.ErrNoRoomNamed, client.ErrNobodySigns)},
		{exitNotAllowed, is[*client.PowerError]},
		{exitNotAllowed, keptOut},
		{exitNotAllowed, either(client.ErrNotJoined)},
		{exitNotAllowed, func(err error) bool { return client.HasCode(err, "M_FORBIDDEN") }},
		{exitRateLimited, func(err error) bool {
			e, ok := errors.AsType[*waitingError](err)
			return ok && e.limited()
		}},
		{exitRateLimited, is[*client.RateLimitError]},
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

// is reports whether err is of type E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// either returns a function that reports whether an error is one of these.
func either(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
}

var (
	errNotSignedIn = errors.New("you are not signed in")
	errDeclined    = errors.New("nothing was done")
)

// interrupted reports whether err is that somebody stopped the program.
func interrupted(err error) bool { return errors.Is(err, context.Canceled) }

// A usageError says that a command line makes no sense.
type usageError struct {
	command string // whose help says how it would
	err     error
}

func usage(c *cobra.Command, err error) error { return &usageError{c.CommandPath(), err} }

func (e *usageError) Error() string { return e.err.Error() }

func (e *usageError) Unwrap() error { return e.err }
