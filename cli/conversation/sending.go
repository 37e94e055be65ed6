package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
)

// invite sends invites. It asks for the room and the people if args do not have
// them.
func (c *Conversation) invite(ctx context.Context, args []string) error {
	return c.send(ctx, args)
}

// preview shows what invite would do, and sends nothing.
func (c *Conversation) preview(ctx context.Context, args []string) error {
	return c.send(ctx, args, "--dry-run")
}

func (c *Conversation) send(ctx context.Context, args []string, flags ...string) error {
	room, people := "", args
	// An alias, a room ID or a name without "@" is a room; otherwise args are only
	// people.
	if len(args) > 0 && (!strings.Contains(args[0], "@") || strings.HasPrefix(args[0], "#") || strings.HasPrefix(args[0], "!")) {
		room, people = args[0], args[1:]
	}
	if n := len(people); n > 0 && people[n-1] == "again" {
		people, flags = people[:n-1], append(flags, "--again")
	}
	var err error
	if room == "" {
		room, err = c.Ask(ctx, "To which room? Its name, alias or ID, or its number in the last list of rooms. Press Enter to go back.")
		if err != nil || room == "" {
			return ignoreEnd(err)
		}
	}
	if room, err = c.roomNumbered(room); err != nil {
		return err
	}
	if len(people) == 2 && people[0] == "file" {
		return c.command(ctx, slices.Concat([]string{"send", room, "--file=" + c.Expand(people[1])}, flags)...)
	}
	if len(people) == 0 {
		if people, err = c.askPeople(ctx); err != nil || len(people) == 0 {
			return ignoreEnd(err)
		}
	}
	return c.command(ctx, slices.Concat([]string{"send"}, flags, []string{"--", room}, people)...)
}

// link makes links that invite to a room. A label has spaces only in quotes.
func (c *Conversation) link(ctx context.Context, args []string) error {
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-") }) {
		return c.command(ctx, append([]string{"link"}, args...)...)
	}
	if len(args) == 0 {
		room, err := c.Ask(ctx, "To which room? Its name, alias or ID, or its number in the last list of rooms. Press Enter to go back.")
		if err != nil || room == "" {
			return ignoreEnd(err)
		}
		args = []string{room}
	}
	room, labels := args[0], args[1:]
	var flags []string
	if n := len(labels); n > 0 && labels[n-1] == "again" {
		labels, flags = labels[:n-1], []string{"--again"}
	}
	room, err := c.roomNumbered(room)
	if err != nil {
		return err
	}
	return c.command(ctx, slices.Concat([]string{"link"}, flags, []string{"--", room}, labels)...)
}

// roomNumbered returns the room with a number in the last list of rooms, or a name as
// it is.
func (c *Conversation) roomNumbered(room string) (string, error) {
	if !isNumber(room) {
		return room, nil
	}
	rows, t, err := c.numbered("room", "rooms", []string{room})
	if err != nil {
		return "", err
	}
	return t.Calls[rows[0]][0], nil
}

// askPeople asks for people, on one line or several. An empty line ends the list.
func (c *Conversation) askPeople(ctx context.Context) ([]string, error) {
	var people []string
	question := "People to invite: e-mail addresses or Matrix IDs, on one line or several. An empty line ends the list."
	for {
		line, err := c.Ask(ctx, question)
		if err != nil || line == "" {
			return people, err
		}
		people = append(people, line)
		question = "More, or an empty line:"
	}
}

// terms reads the terms of the identity server that are not accepted yet, and asks
// for consent.
func (c *Conversation) terms(ctx context.Context, _ []string) error {
	account, err := c.Offline(ctx)
	if err != nil {
		return err
	}
	err = c.During(ctx, "Asking the identity server", account.UseIdentityServer)
	waiting, ok := errors.AsType[*client.TermsError](err)
	switch {
	case err == nil:
		c.Message("There are no terms that you have not accepted.")
		return nil
	case !ok:
		return err
	}
	if err := c.AcceptTerms(ctx, account, waiting, false); err != nil {
		return err
	}
	c.Message("You have accepted them.")
	return nil
}

// outbox reads or changes the outbox.
func (c *Conversation) outbox(ctx context.Context, args []string) error {
	flags := map[string]string{"cancel all": "--all", "retry failed": "--failed", "retry all": "--failed", "retry now": "--now", "settle sent": "--sent", "settle resend": "--resend"}
	switch {
	case len(args) == 0:
		return c.command(ctx, "outbox")
	case args[0] == "run":
		return c.commandUntilEnter(ctx, append([]string{"outbox"}, args...)...)
	case slices.Contains(out.ItemStates(), client.ItemState(args[0])):
		return c.command(ctx, "outbox", "--state="+strings.Join(args, ","))
	}
	if !slices.Contains([]string{"pause", "resume", "cancel", "retry", "settle", "clear"}, args[0]) {
		return fail.UsageOf("mxinvite outbox", fmt.Errorf("outbox has no subcommand %q", args[0]))
	}
	command := []string{"outbox", args[0]}
	for _, arg := range args[1:] {
		if flag := flags[args[0]+" "+arg]; flag != "" {
			arg = flag
		}
		command = append(command, arg)
	}
	return c.command(ctx, command...)
}

// watch reads changes until the user presses Enter.
func (c *Conversation) watch(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == "all" {
		args = []string{"--all"}
	}
	return c.commandUntilEnter(ctx, append([]string{"watch"}, args...)...)
}
