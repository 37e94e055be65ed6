package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
)

// What visitors from elsewhere may use. Whatever is not named here is refused,
// so that nothing new is open to them by accident.
//
// They get nothing of this machine: no files, no programs, no addresses in its
// network, no look at where things lie.
const (
	guestCommands = "mxinvite help version rooms list show watch send revoke accept inspect login logout trust untrust demo" +
		" outbox run pause resume cancel retry settle clear resend forget contacts accounts use vault kind passphrase aside"
	guestFlags = "help version json quiet no-color theme background accessible identity-server account vault" +
		" status verdict warn by room older-than sort check trust all user state with provider format no-tour" + // what is looked at
		" dry-run yes again accept-terms via inviter bind all-pending failed force resend sent to wait watch header" // what is done
	// guestSettings are those that visitors may change, in a directory of their own.
	guestSettings = "account identity_server device_name color accessible sync_output notify theme background glyphs mouse" +
		" invites.stale_after invites.check_keys contacts.address_book"
)

func named(in, name string) bool {
	for word := range strings.FieldsSeq(in) {
		if word == name {
			return true
		}
	}
	return false
}

// forGuests takes from the program what visitors may not use. It does not show
// in the help, and it is refused.
func forGuests(root *cobra.Command) {
	root.CompletionOptions.DisableDefaultCmd = true
	walk(root, func(c *cobra.Command) {
		refuseFlags(c.PersistentFlags())
		refuseFlags(c.Flags())
		if c.HasParent() && !named(guestCommands, c.Parent().Name()) || !named(guestCommands, c.Name()) {
			refuseCommand(c)
		}
	})
}

// asksToComplete reports whether a shell asks which words come next. Cobra
// answers that by itself, whatever is refused.
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
	c.PersistentPreRunE = nil
	c.RunE = func(c *cobra.Command, _ []string) error {
		return fmt.Errorf("%s is %w", c.CommandPath(), fail.ErrNotForVisitors)
	}
}

func refuseFlags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if !named(guestFlags, f.Name) {
			f.Hidden = true
			f.Value = refusedFlag{f.Value}
		}
	})
}

// refusedFlag is a flag that cannot be given.
type refusedFlag struct{ pflag.Value }

// Set refuses the flag.
func (refusedFlag) Set(string) error { return fail.ErrNotForVisitors }

// hideHost takes out of a visitor's settings what would run programs here or
// read files. The keyring and the ssh-agent are those of the user who serves, and
// are not available. A new vault is sealed with a passphrase unless they choose otherwise.
func (a *app) hideHost() {
	s := &a.settings
	s.VCards, s.ContactCommand, s.PassphraseCommand = nil, nil, nil
	a.Keyring, a.Agent, a.Browse, a.Descriptor = nil, nil, nil, nil
}
