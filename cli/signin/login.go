// Package signin has the commands for accounts and their stored sessions: login,
// logout, accounts and vault.
package signin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/config/vault"
)

type loginOptions struct {
	*host.Program

	who          string // a Matrix ID or a homeserver
	user         string
	with         string
	provider     string // for single sign-on
	passwordFile string
	tokenFile    string
}

// NewLogin returns the command mxinvite login.
func NewLogin(a *host.Program) *cobra.Command {
	o := loginOptions{Program: a}
	c := &cobra.Command{
		Use:   "login [USER-OR-SERVER]",
		Short: "Sign in",
		Long: "Sign in to an account. Other accounts stay signed in. USER-OR-SERVER is a Matrix\n" +
			"ID such as @you:example.org, or the name or URL of a homeserver. mxinvite uses\n" +
			"the best METHOD that the homeserver offers and that works here. --with chooses\n" +
			"another one:\n\n" +
			"  device    a code that you approve in a browser on any device\n" +
			"  browser   a browser on this machine, or one whose last address you paste here\n" +
			"  sso       the same, for servers with the older single sign-on (m.login.sso)\n" +
			"  password  asked for, or read from standard input\n" +
			"  token     an existing access token, asked for\n\n" +
			"Passwords and tokens cannot be arguments: other users of this machine can read\n" +
			"those. --password-file and --token-file read them from files. If the homeserver\n" +
			"has ended a session, sign in with the Matrix ID to continue with the same\n" +
			"device.",
		Example: "  mxinvite login @you:example.org\n" +
			"  mxinvite login --with device matrix.org\n" +
			"  pass show matrix | mxinvite login https://example.org --user you",
		Args: fail.Args(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.who = args[0]
			}
			return runLogin(c, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.with, "with", "", "sign in by `METHOD`")
	f.StringVar(&o.user, "user", "", "`NAME` on the homeserver, if no Matrix ID is given")
	f.StringVar(&o.provider, "provider", "", "`ID` of the identity provider for single sign-on")
	f.StringVar(&o.passwordFile, "password-file", "", "read the password from `FILE`; - is standard input")
	f.StringVar(&o.tokenFile, "token-file", "", "read the token from `FILE`; - is standard input")
	return c
}

func runLogin(c *cobra.Command, o loginOptions) error {
	ctx := c.Context()
	asked, err := o.askedWay(c)
	if err != nil {
		return err
	}
	kept, err := o.Sessions()
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
	way, err := o.way(hs, asked)
	if err != nil {
		return err
	}
	if err := readyVault(ctx, o.Program, kept.Vault); err != nil {
		return err
	}
	opt := o.ClientOptions()
	if opt.Again, err = o.again(ctx, kept, hs); err != nil {
		return err
	}
	account, err := o.signIn(c, opt, hs, way)
	if err != nil {
		return err
	}
	return o.store(ctx, kept, account, way)
}

// readyVault unlocks or creates the vault before the user signs in, so that the
// session can be stored. The passphrase for a new vault is asked for only after the
// user has signed in.
func readyVault(ctx context.Context, a *host.Program, v *vault.Vault) error {
	if _, err := v.Current(); errors.Is(err, fs.ErrNotExist) && a.TypesPassphrase() && a.MayAsk() {
		return nil
	}
	return v.Unlock(ctx)
}

// orAsk returns the value or, if it is empty, asks for it at a terminal.
func (o loginOptions) orAsk(c *cobra.Command, value, question, argument string) (string, error) {
	if value != "" {
		return value, nil
	}
	if !o.MayAsk() {
		return "", fail.Usage(c, fmt.Errorf("%s is missing, and %w", argument, fail.ErrNoTerminal))
	}
	return o.Ask(c.Context(), question)
}

// discover finds the homeserver.
func (o loginOptions) discover(ctx context.Context) (hs discovery.Homeserver, err error) {
	err = o.During(ctx, "Looking for "+o.who, func(ctx context.Context) (err error) {
		hs, err = discovery.Find(ctx, o.ClientOptions().Transport, o.who)
		return err
	})
	return hs, err
}

// again returns the stored session of the named account, if the homeserver has
// ended it. Signing in again reuses its device.
func (o loginOptions) again(ctx context.Context, kept *host.Sessions, hs discovery.Homeserver) (client.Session, error) {
	names, err := kept.Vault.Accounts()
	if err != nil && !fail.Is[*vault.DamagedError](err) {
		return client.Session{}, err
	}
	for _, name := range names {
		local, _, _ := strings.Cut(strings.TrimPrefix(name.UserID, "@"), ":")
		named := name.UserID == string(hs.UserID) || o.user != "" && (o.user == name.UserID || o.user == local)
		if !named || name.Homeserver != hs.BaseURL {
			continue
		}
		s, err := kept.Read(ctx, name)
		if err == nil && host.Ended(s) {
			return s, nil
		}
		if err != nil && !host.NoSession(err) {
			return client.Session{}, err
		}
	}
	return client.Session{}, nil
}

// store stores the new session, and ends the former session of the same account: the
// vault no longer has its token.
func (o loginOptions) store(ctx context.Context, kept *host.Sessions, account *client.Account, way discovery.Way) error {
	s := account.Session()
	o.SealFor = string(s.UserID)
	former, err := kept.Replace(ctx, s)
	if err != nil {
		return errors.Join(err, abandon(ctx, account))
	}
	o.EndFormer(ctx, former, s)
	if kind, err := kept.Vault.Current(); err == nil {
		warnVisitor(o.Program, kind)
	}
	if err := kept.Use(host.NameOf(s)); err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(LoginResult{string(s.UserID), s.Homeserver, string(s.DeviceID), methodName(way)})
	}
	o.Note("Signed in as %s on %s.", string(s.UserID), s.Homeserver)
	return nil
}

// abandon ends a session that could not be stored, also if the program is being
// interrupted.
func abandon(ctx context.Context, account *client.Account) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), host.SignOutTimeout)
	defer cancel()
	return account.SignOut(ctx)
}

// LoginResult is the stable JSON output of login.
type LoginResult struct {
	UserID     string `json:"user_id"`
	Homeserver string `json:"homeserver"`
	DeviceID   string `json:"device_id"`
	With       string `json:"with"`
}
