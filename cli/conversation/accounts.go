package conversation

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// login signs in. "with METHOD" at the end of args chooses the method.
func (c *Conversation) login(ctx context.Context, args []string) error {
	if n := slices.Index(args, "with"); n >= 0 && n+1 < len(args) {
		args = slices.Concat(args[:n], []string{"--with=" + args[n+1]}, args[n+2:])
	}
	return c.command(ctx, append([]string{"login"}, args...)...)
}

// accountNamed returns the Matrix ID and the homeserver of the account with the
// number in args. If args are no number, it returns them.
func (c *Conversation) accountNamed(args []string) ([]string, error) {
	if !isNumber(args[0]) {
		return args, nil
	}
	rows, t, err := c.numbered("account", "accounts", args[:1])
	if err != nil {
		return nil, err
	}
	return t.Calls[rows[0]], nil
}

// switchAccount makes another account the default.
func (c *Conversation) switchAccount(ctx context.Context, args []string) error {
	if len(args) == 0 {
		line, err := c.Ask(ctx, "Which account? Its number in the last list of accounts, or its Matrix ID. Press Enter to go back.")
		if err != nil || line == "" {
			return ignoreEnd(err)
		}
		args = []string{line}
	}
	account, err := c.accountNamed(args)
	if err != nil {
		return err
	}
	// A flag --account from the start of the program would override the new default.
	c.flags = slices.DeleteFunc(c.flags, func(flag string) bool { return strings.HasPrefix(flag, "--account=") })
	return c.command(ctx, append([]string{"accounts", "use"}, account...)...)
}

func (c *Conversation) logout(ctx context.Context, args []string) error {
	switch {
	case len(args) == 0:
		return c.command(ctx, "logout")
	case args[0] == "all":
		return c.command(ctx, "logout", "--all")
	}
	account, err := c.accountNamed(args)
	if err != nil {
		return err
	}
	return c.command(ctx, "logout", "--account="+account[0])
}

// runDemo runs the demo until the user types quit.
func (c *Conversation) runDemo(ctx context.Context, args []string) error {
	if c.demo {
		return errors.New("this is the demo")
	}
	if err := c.command(ctx, append([]string{"demo"}, args...)...); err != nil {
		return err
	}
	c.Message("The demo has ended. You are back in your own account.")
	return nil
}
