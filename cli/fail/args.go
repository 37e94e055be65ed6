package fail

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Args returns a function that checks that a command has between least and most
// arguments. If most is negative, the number is not limited.
func Args(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		form := strings.TrimSuffix(c.CommandPath(), c.Name()) + c.Use
		switch {
		case len(args) < least:
			return Usage(c, fmt.Errorf("an argument is missing: %s", form))
		case most == 0 && len(args) > 0 && c.HasAvailableSubCommands():
			return NoSuchCommand(c, args)
		case most >= 0 && len(args) > most:
			return Usage(c, fmt.Errorf("unexpected argument %q: %s", args[most], form))
		}
		return nil
	}
}

// MissingYes returns the error of a command that cannot ask for confirmation without
// a terminal.
func MissingYes(c *cobra.Command) error {
	return Usage(c, fmt.Errorf("--yes is missing, and %w", ErrNoTerminal))
}

// An UnknownCommandError reports a command that does not exist, and suggests
// commands with similar names.
type UnknownCommandError struct {
	name   string // with its parent commands, such as "outbox bogus"
	nearby []string
}

func (e *UnknownCommandError) Error() string {
	s := fmt.Sprintf("there is no command %q", e.name)
	if len(e.nearby) > 0 {
		s += "; did you mean " + strings.Join(e.nearby, " or ") + "?"
	}
	return s
}

// NoSuchCommand returns an error for the first argument of a command that has only
// subcommands.
func NoSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	above := strings.TrimPrefix(c.CommandPath(), c.Root().Name())
	full := func(name string) string { return strings.TrimSpace(above + " " + name) }
	e := &UnknownCommandError{name: full(args[0])}
	c.SuggestionsMinimumDistance = 2 // Cobra sets this default only for its own suggestions
	for _, name := range c.SuggestionsFor(args[0]) {
		e.nearby = append(e.nearby, full(name))
	}
	return Usage(c, e)
}
