// Package fail has the error types and sentinel errors that the commands share, and
// tests for kinds of errors.
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

// Either returns a function that reports whether an error matches one of the
// targets, as [errors.Is] does.
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

// Errors that several commands return.
var (
	ErrNotSignedIn    = errors.New("you are not signed in")
	ErrDeclined       = errors.New("nothing was done")
	ErrNoAnswer       = errors.New("no answer was given")
	ErrNoTerminal     = errors.New("there is no terminal to ask at")
	ErrNotForVisitors = errors.New("not for visitors")
)

// Interrupted reports whether err means that the user interrupted the program.
func Interrupted(err error) bool { return errors.Is(err, context.Canceled) }

// A UsageError reports a wrong command line.
type UsageError struct {
	Command string // path of the command, such as "mxinvite send"; the hint names its help
	Err     error
}

// Usage returns a usage error for the command c.
func Usage(c *cobra.Command, err error) error { return &UsageError{c.CommandPath(), err} }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// UsageOf returns a usage error for the command with the given path.
func UsageOf(command string, err error) error { return &UsageError{command, err} }
