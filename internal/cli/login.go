package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
)

const (
	// maxPassword is more than any homeserver takes, and less than a file that
	// was named by mistake.
	maxPassword = 4 << 10
	// passwordTries is how often a person may type the password.
	passwordTries = 3
	// farewell is how long the end of a former session may take.
	farewell = 10 * time.Second
)

type loginOptions struct {
	*app

	who          string // a Matrix ID or a homeserver
	user         string
	passwordFile string
}

func newLogin(a *app) *cobra.Command {
	o := loginOptions{app: a}
	c := &cobra.Command{
		Use:   "login [USER-OR-SERVER]",
		Short: "Sign in with a password",
		Long: "Sign in and keep the session. USER-OR-SERVER is a Matrix ID such as\n" +
			"@you:example.org, or the name or URL of a homeserver. The password is asked\n" +
			"for, or read from a file or from standard input; as an argument everybody on\n" +
			"this machine could read it. A session from before is ended.",
		Example: "  mxinvite login @you:example.org\n" +
			"  pass show matrix | mxinvite login https://matrix.example.org --user you",
		Args: takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.who = args[0]
			}
			return runLogin(c, o)
		},
	}
	c.Flags().StringVar(&o.user, "user", "", "`NAME` on the homeserver, if no Matrix ID is given")
	c.Flags().StringVar(&o.passwordFile, "password-file", "", "read the password from `FILE`; - is standard input")
	return c
}

func runLogin(c *cobra.Command, o loginOptions) error {
	ctx := c.Context()
	home, err := o.home()
	if err != nil {
		return err
	}
	if o.who, err = o.orAsk(c, o.who, "Your Matrix ID or homeserver:", "USER-OR-SERVER"); err != nil {
		return err
	}
	hs, err := o.discover(ctx)
	if err != nil {
		return err
	}
	if o.user, err = o.orAsk(c, cmp.Or(o.user, string(hs.UserID)), "Your user name there:", "--user"); err != nil {
		return err
	}
	account, err := o.signIn(c, hs)
	if err != nil {
		return err
	}
	return o.keep(ctx, home, account)
}

// orAsk returns the value, or asks for it if somebody is there.
func (o loginOptions) orAsk(c *cobra.Command, value, question, argument string) (string, error) {
	if value != "" {
		return value, nil
	}
	if !o.mayAsk() {
		return "", usage(c, fmt.Errorf("%s is missing, and there is no terminal to ask at", argument))
	}
	return o.ask(c.Context(), question)
}

// discover finds the homeserver, and makes sure that a password is of use
// there before anybody types it.
func (o loginOptions) discover(ctx context.Context) (hs client.Homeserver, err error) {
	err = o.during(ctx, "Looking for "+o.who, func(ctx context.Context) (err error) {
		hs, err = client.Discover(ctx, o.clientOptions(), o.who)
		return err
	})
	if err == nil && !slices.Contains(hs.Flows, "m.login.password") {
		err = fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNoPassword)
	}
	return hs, err
}

// signIn signs in with a password from a file or a pipe, or with one that is
// typed, which may take a person more than one try.
func (o loginOptions) signIn(c *cobra.Command, hs client.Homeserver) (account *client.Account, err error) {
	typed := (o.passwordFile == "" || o.passwordFile == "-") && o.InTTY
	for try := 1; ; try++ {
		password, err := o.password(c, typed)
		if err != nil {
			return nil, err
		}
		err = o.during(c.Context(), "Signing in on "+hs.Name, func(ctx context.Context) (err error) {
			account, err = client.SignIn(ctx, o.clientOptions(), hs, o.user, password)
			return err
		})
		if !typed || !errors.Is(err, client.ErrPassword) || try == passwordTries {
			return account, err
		}
		o.complain(err)
	}
}

// password reads the password and takes the line break from its end.
func (o loginOptions) password(c *cobra.Command, typed bool) (string, error) {
	if typed {
		fmt.Fprintf(o.Err, "Password: ")
		password, err := o.ReadPassword(c.Context())
		fmt.Fprintln(o.Err) // the terminal did not show the person's own
		if errors.Is(err, io.EOF) {
			err = errNoAnswer
		}
		return password, err
	}
	from := o.In
	if o.passwordFile != "" && o.passwordFile != "-" {
		f, err := os.Open(o.passwordFile)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		defer f.Close()
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxPassword+1))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	data = bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	switch {
	case len(data) == 0:
		return "", usage(c, errors.New("the password is missing: it comes from --password-file, standard input or a terminal"))
	case len(data) > maxPassword:
		return "", usage(c, errors.New("what came as the password is too long to be one"))
	}
	return string(data), nil
}

// keep makes the account the one there is, and ends the session of the one
// before it: nobody could, once its token is forgotten.
func (o loginOptions) keep(ctx context.Context, home config.Home, account *client.Account) error {
	former, err := o.resume(ctx, o.clientOptions())
	if damaged, ok := errors.AsType[*config.DamagedError](err); ok {
		o.say("%s was damaged and is kept under another name beside the new one.", damaged.Path)
	}
	if err := home.SaveSession(account.Session()); err != nil {
		return errors.Join(err, account.SignOut(ctx))
	}
	if former != nil {
		ctx, cancel := context.WithTimeout(ctx, farewell)
		defer cancel()
		_ = former.SignOut(ctx) // its homeserver may be gone; the new session is what was asked for
	}
	o.say("Signed in as %s on %s.", string(account.UserID()), account.Session().Homeserver)
	return nil
}
