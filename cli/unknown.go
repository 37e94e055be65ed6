package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// An unknownCommandError names a command that does not exist, and those that
// were probably meant.
type unknownCommandError struct {
	name   string // with the commands above it, such as "outbox bogus"
	nearby []string
}

func (e *unknownCommandError) Error() string {
	s := fmt.Sprintf("there is no command %q", e.name)
	if len(e.nearby) > 0 {
		s += "; did you mean " + strings.Join(e.nearby, " or ") + "?"
	}
	return s
}

// noSuchCommand refuses the first argument of a command that takes only
// subcommands.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	above := strings.TrimPrefix(c.CommandPath(), c.Root().Name())
	full := func(name string) string { return strings.TrimSpace(above + " " + name) }
	e := &unknownCommandError{name: full(args[0])}
	c.SuggestionsMinimumDistance = 2 // the default, which Cobra sets only when it suggests by itself
	for _, name := range c.SuggestionsFor(args[0]) {
		e.nearby = append(e.nearby, full(name))
	}
	return fail.Usage(c, e)
}

// execute runs a command line. Cobra shows the help of the command above when
// --help follows a command that does not exist; here that is an error, as it is
// without --help.
func execute(ctx context.Context, root *cobra.Command) error {
	var unknown error
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if c.HasAvailableSubCommands() {
			if err := c.ValidateArgs(c.Flags().Args()); fail.Is[*unknownCommandError](err) {
				unknown = err
				return
			}
		}
		help(c, args)
	})
	return cmp.Or(root.ExecuteContext(ctx), unknown)
}

// otherNames are what other programs call a command of this one.
func otherNames() map[string][]string {
	return map[string][]string{
		"list":     {"ls", "invites", "status"},
		"send":     {"invite", "mail", "add"},
		"resend":   {"remind"},
		"revoke":   {"delete", "rm", "remove", "withdraw", "uninvite"},
		"outbox":   {"queue"},
		"login":    {"signin", "sign-in"},
		"logout":   {"signout", "sign-out"},
		"accounts": {"account", "whoami"},
		"config":   {"settings"},
	}
}

// newHelp replaces the help command of Cobra, which ends without an error for a
// command that does not exist.
func newHelp(a *host.Program) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Show the help of a command",
		RunE: func(c *cobra.Command, args []string) error {
			command, rest, err := c.Root().Find(args)
			if err != nil {
				return fail.Usage(c, err)
			}
			if len(rest) > 0 {
				return noSuchCommand(command, rest)
			}
			if a.Guest != nil && command.Hidden {
				return fmt.Errorf("%s is %w", command.CommandPath(), fail.ErrNotForVisitors)
			}
			command.InitDefaultHelpFlag()
			command.InitDefaultVersionFlag()
			return command.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			command, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, below := range command.Commands() {
				if below.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(below.Name(), below.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
