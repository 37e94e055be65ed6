package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// The commands and flags that visitors over SSH may use. Commands and flags that
// are not listed are refused, so that a new one is not open to visitors by
// accident.
//
// Visitors have no access to this machine: to its files, programs, network
// addresses and paths.
const (
	guestCommands = "mxinvite help version rooms list show stats watch send link move revoke accept inspect login logout trust untrust demo" +
		" outbox run pause resume cancel retry settle clear resend forget contacts accounts use vault kind passphrase aside"
	refusedToGuests = "serve config path init completion man doctor password" // all other commands
	guestFlags      = "help version json quiet no-color theme background accessible identity-server account vault" +
		" status verdict warn by room inviters older-than sort needs-look check links trust all user state with provider format no-tour" + // flags that only read
		" column dry-run yes again old-room keep accept-terms via inviter bind all-pending failed now lost force resend sent to wait watch header count link expires uses" // flags that change something
)

// forGuests refuses the commands and flags that visitors may not use, and hides
// them in the help.
func forGuests(root *cobra.Command) {
	root.CompletionOptions.DisableDefaultCmd = true
	walk(root, func(c *cobra.Command) {
		refuseFlags(c.PersistentFlags())
		refuseFlags(c.Flags())
		adaptHelp(c)
		if c.HasParent() && !host.HasWord(guestCommands, c.Parent().Name()) || !host.HasWord(guestCommands, c.Name()) {
			refuseCommand(c)
		}
	})
}

// asksToComplete reports whether args are a shell's request for completions. Cobra
// handles such a request itself.
func asksToComplete(args []string) bool {
	return slices.Contains(args, cobra.ShellCompRequestCmd) || slices.Contains(args, cobra.ShellCompNoDescRequestCmd)
}

func walk(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, below := range c.Commands() {
		walk(below, visit)
	}
}

func refuseCommand(c *cobra.Command) {
	c.Hidden = true
	c.Args = cobra.ArbitraryArgs
	c.DisableFlagParsing = true
	c.PersistentPreRunE, c.PreRunE = nil, nil
	c.RunE = func(c *cobra.Command, _ []string) error {
		return fmt.Errorf("%s is %w", c.CommandPath(), fail.ErrNotForVisitors)
	}
}

func refuseFlags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if !host.HasWord(guestFlags, f.Name) || !forVisitors(f.Usage) && guestUsage["--"+f.Name] == "" {
			f.Hidden = true
			f.Value = refusedFlag{f.Value}
		}
		if usage, ok := guestUsage["--"+f.Name]; ok {
			f.Usage = usage
		}
	})
}

// refusedFlag is the value of a flag that visitors may not use.
type refusedFlag struct{ pflag.Value }

// Set returns an error.
func (refusedFlag) Set(string) error { return fail.ErrNotForVisitors }
