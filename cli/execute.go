package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// execute runs a command line. For an unknown subcommand with --help, Cobra shows
// the help of the parent command; here this is an error, as it is without --help.
func execute(ctx context.Context, root *cobra.Command) error {
	var unknown error
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if c.HasAvailableSubCommands() {
			if err := c.ValidateArgs(c.Flags().Args()); fail.Is[*fail.UnknownCommandError](err) {
				unknown = err
				return
			}
		}
		help(c, args)
	})
	return cmp.Or(root.ExecuteContext(ctx), unknown)
}

// commands gives the accessible mode access to the commands of the program.
type commands struct{ program *host.Program }

// Run runs a command line.
func (c commands) Run(ctx context.Context, args ...string) error {
	root := newRoot(c.program)
	root.SetArgs(args)
	return execute(ctx, root)
}

// Has reports whether there is a command with this name.
func (c commands) Has(name string) bool {
	command, _, err := newRoot(c.program).Find([]string{name})
	return err == nil && command.HasParent()
}

// otherNames are the names that other programs use for a command, by the command.
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

// newHelp replaces Cobra's help command, which succeeds for an unknown command.
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
				return fail.NoSuchCommand(command, rest)
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
