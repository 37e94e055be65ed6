// Package fail is the errors that several commands end with, and how to tell
// errors apart.
package fail

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// Is reports whether err is of type E.
func Is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// Either returns a function that reports whether an error is one of these.
func Either(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
}

// Errors of several commands.
var (
	ErrNotSignedIn    = errors.New("you are not signed in")
	ErrDeclined       = errors.New("nothing was done")
	ErrNoAnswer       = errors.New("no answer was given")
	ErrNoTerminal     = errors.New("there is no terminal to ask at")
	ErrNotForVisitors = errors.New("not for visitors")
)

// Interrupted reports whether err means that the user stopped the program.
func Interrupted(err error) bool { return errors.Is(err, context.Canceled) }

// A UsageError says that a command line makes no sense.
type UsageError struct {
	Command string // whose help says how it would
	Err     error
}

// Usage says that the command line of c makes no sense.
func Usage(c *cobra.Command, err error) error { return &UsageError{c.CommandPath(), err} }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// UsageOf says that the command line of a command makes no sense.
func UsageOf(command string, err error) error { return &UsageError{command, err} }
