package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

func newAccounts(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts that are signed in here",
		Long: "List the accounts that are signed in here, which of them is the default, and\n" +
			"which the homeserver has signed out.",
		Example: "  mxinvite accounts use @you:example.org\n" +
			"  mxinvite list --account @other:example.org",
		Args: takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runAccounts(c.Context(), a) },
	}
	c.AddCommand(&cobra.Command{
		Use:   "use USER [HOMESERVER]",
		Short: "Set the default account",
		Long: "Set the account that commands use. --account, MXINVITE_ACCOUNT and the setting\n" +
			"account override it. HOMESERVER is needed if the same account has two sessions\n" +
			"with different homeserver URLs.",
		Args: takes(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return runUse(a, args) },
	})
	return c
}

// jsonAccount is an account as accounts promises it to scripts.
type jsonAccount struct {
	UserID     string `json:"user_id"`
	Homeserver string `json:"homeserver"`
	Default    bool   `json:"default"`
	SignedOut  bool   `json:"signed_out"`
}

// accounts lists the accounts that there are.
func (a *app) accounts(ctx context.Context) ([]jsonAccount, error) {
	kept, err := a.sessions()
	if err != nil {
		return nil, err
	}
	def, err := kept.choose(a.settings.Account)
	if err != nil && !undecided(err) {
		return nil, err
	}
	held, err := kept.all(ctx)
	all := make([]jsonAccount, len(held))
	for i, s := range held {
		all[i] = jsonAccount{string(s.UserID), s.Homeserver, nameOf(s) == def, ended(s)}
	}
	return all, err
}

// undecided reports whether err is that no account can be chosen.
func undecided(err error) bool {
	return either(errNotSignedIn)(err) || is[*choiceError](err) || is[*unknownAccountError](err)
}

func runAccounts(ctx context.Context, a *app) error {
	all, err := a.accounts(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(all)
	}
	if len(all) == 0 {
		a.say("No account is signed in. Sign in with: mxinvite login")
	}
	t := &table{columns: []column{{title: "ACCOUNT"}, {title: "HOMESERVER", yields: true}, {title: "USED"}, {title: "STATE"}}, of: "account"}
	for _, account := range all {
		used, state := cell{}, text("signed in")
		if account.Default {
			used = cell{shown: "✓", exact: "default", spoken: "by default"}
		}
		if account.SignedOut {
			state = cell{shown: "! signed out", exact: "signed out", look: warn}
		}
		t.add(text(account.UserID), text(account.Homeserver), used, state)
		t.call(account.UserID, account.Homeserver)
	}
	return a.writeTable(t)
}

func runUse(a *app, args []string) error {
	kept, err := a.sessions()
	if err != nil {
		return err
	}
	name := vault.Name{UserID: args[0]}
	if len(args) > 1 {
		name.Homeserver = args[1]
	} else if name, err = kept.choose(args[0]); err != nil {
		return err
	}
	names, err := kept.vault.Accounts()
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return &unknownAccountError{name.UserID + " on " + name.Homeserver}
	}
	if err := kept.use(name); err != nil {
		return err
	}
	a.say("%s is used from now on.", name.UserID)
	if from := a.settings.Origin("account"); from.Source != config.Default && a.settings.Account != name.UserID {
		a.say("But %s says %s, which is stronger.", from.String(), a.settings.Account)
	}
	return nil
}
