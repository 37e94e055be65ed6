// Package conversation is the accessible mode: it asks for a command word, runs the
// command, and writes plain lines for screen readers and braille displays.
package conversation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kballard/go-shellquote"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
)

// A Conversation is one run of the accessible mode.
type Conversation struct {
	*host.Program

	commands Commands

	flags []string    // added to every command
	home  config.Home // where settings are saved; in the demo, too, it is the user's directory
	demo  bool

	lists    map[string]*out.Table // the last list of each kind, for row numbers
	filter   []string              // flags of the last list of invites
	rest     *out.Table            // the list whose next page can be read; nil if there is none
	rowsRead int                   // number of its rows that were read
	lastWord string                // the first word of the last line
	done     bool
}

// Commands runs the commands of the program.
type Commands interface {
	// Run runs a command line.
	Run(ctx context.Context, args ...string) error
	// Has reports whether there is a command with this name.
	Has(name string) bool
}

// Run asks for commands and runs them until the user quits. The set flags apply to
// all of them.
func Run(ctx context.Context, a *host.Program, commands Commands, flags *pflag.FlagSet) error {
	if err := RequireTerminal(a); err != nil {
		return err
	}
	home, err := a.Home()
	if err != nil {
		return err
	}
	return (&Conversation{Program: a, commands: commands, flags: given(flags), home: home}).converse(ctx)
}

// RunDemo runs the accessible mode in the demo. Settings that the user changes are
// saved in home.
func RunDemo(ctx context.Context, a *host.Program, commands Commands, home config.Home) error {
	return (&Conversation{Program: a, commands: commands, home: home, demo: true}).converse(ctx)
}

// RequireTerminal returns a usage error if there is no terminal to ask at.
func RequireTerminal(a *host.Program) error {
	if a.MayAsk() {
		return nil
	}
	return fail.UsageOf("mxinvite", fmt.Errorf("%w; mxinvite list writes the invites without one", fail.ErrNoTerminal))
}

// given returns the flags that are set, in the form of arguments.
func given(flags *pflag.FlagSet) (args []string) {
	flags.Visit(func(f *pflag.Flag) {
		if f.Name != "accessible" {
			args = append(args, "--"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

func (c *Conversation) converse(ctx context.Context) error {
	c.flags = append([]string{"--accessible"}, c.flags...)
	c.lists = map[string]*out.Table{}
	outer := c.Conversation
	c.Conversation = c
	defer func() { c.Conversation = outer }()
	c.greet(ctx)
	for !c.done {
		line, err := c.Ask(ctx, c.question())
		if err != nil {
			return ignoreEnd(err)
		}
		if err := c.runLine(ctx, line); err != nil {
			if ctx.Err() != nil {
				return err
			}
			exit.PrintError(c.Program, err)
		}
	}
	return nil
}

// ignoreEnd returns nil if err means that the input has ended.
func ignoreEnd(err error) error {
	if errors.Is(err, fail.ErrNoAnswer) || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (c *Conversation) greet(ctx context.Context) {
	if !c.demo {
		c.Message("mxinvite, accessible mode.")
	}
	s, err := c.Session(ctx)
	switch {
	case errors.Is(err, fail.ErrNotSignedIn):
		c.Message("You are not signed in. Type login to sign in, or demo to try everything without an account.")
	case err != nil:
		exit.PrintError(c.Program, err)
	default:
		c.Message("You are signed in as %s.", string(s.UserID))
	}
	c.Message("Type a word and press Enter. Type help to list the words, or quit to end.")
}

// question returns the prompt.
func (c *Conversation) question() string {
	if c.rest != nil {
		return "What now? Press Enter to read on."
	}
	return "What now?"
}

// runLine runs the command in a line.
func (c *Conversation) runLine(ctx context.Context, line string) error {
	args, err := shellquote.Split(line)
	if err != nil {
		return fail.UsageOf("mxinvite", fmt.Errorf("the line %q has an unclosed quote", line))
	}
	if len(args) == 0 {
		if c.rest != nil {
			return c.nextPage()
		}
		return nil
	}
	name := strings.ToLower(args[0])
	c.lastWord = name
	all := vocabulary()
	n := slices.IndexFunc(all, func(w word) bool { return w.is(name) })
	switch {
	case n >= 0 && all[n].local && c.Guest != nil:
		return fmt.Errorf("%s is %w", name, fail.ErrNotForVisitors)
	case n >= 0 && all[n].Run != nil:
		return all[n].Run(c, ctx, args[1:])
	case n < 0 && !c.commands.Has(name):
		return c.unknown(name)
	}
	return c.command(ctx, append([]string{name}, args[1:]...)...)
}

// command runs a command line of the program.
func (c *Conversation) command(ctx context.Context, args ...string) error {
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--vault") }) {
		c.OpenSessions = nil // open the vault again, with the kind that the flag names
	}
	return c.commands.Run(ctx, append(slices.Clone(c.flags), args...)...)
}

func (c *Conversation) quit(context.Context, []string) error {
	c.done = true
	return nil
}
