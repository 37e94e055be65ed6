package signin

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

// NewAccounts returns the command mxinvite accounts.
func NewAccounts(a *host.Program) *cobra.Command {
	c := &cobra.Command{
		Use:   "accounts",
		Short: "List the accounts that are signed in here",
		Long: "List the accounts that are signed in here, which of them is the default, and\n" +
			"which the homeserver has signed out.",
		Example: "  mxinvite accounts use @you:example.org\n" +
			"  mxinvite list --account @other:example.org",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return runAccounts(c.Context(), a) },
	}
	c.AddCommand(&cobra.Command{
		Use:   "use USER [HOMESERVER]",
		Short: "Set the default account",
		Long: "Set the account that commands use. --account, MXINVITE_ACCOUNT and the setting\n" +
			"account override it. HOMESERVER is needed if the same account has two sessions\n" +
			"with different homeserver URLs.",
		Args: fail.Args(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return runUse(a, args) },
	})
	return c
}

// jsonAccount is the stable JSON output of accounts for one account.
type jsonAccount struct {
	UserID     string `json:"user_id"`
	Homeserver string `json:"homeserver"`
	Default    bool   `json:"default"`
	SignedOut  bool   `json:"signed_out"`
}

// listAccounts returns all accounts with a stored session.
func listAccounts(ctx context.Context, a *host.Program) ([]jsonAccount, error) {
	kept, err := a.Sessions()
	if err != nil {
		return nil, err
	}
	def, err := kept.Choose(a.Settings.Account)
	if err != nil && !undecided(err) {
		return nil, err
	}
	held, err := kept.All(ctx)
	all := make([]jsonAccount, len(held))
	for i, s := range held {
		all[i] = jsonAccount{string(s.UserID), s.Homeserver, host.NameOf(s) == def, host.Ended(s)}
	}
	return all, err
}

// undecided reports whether err means that there is no default account.
func undecided(err error) bool {
	return fail.Either(fail.ErrNotSignedIn)(err) || fail.Is[*host.ChoiceError](err) || fail.Is[*host.UnknownAccountError](err)
}

func runAccounts(ctx context.Context, a *host.Program) error {
	all, err := listAccounts(ctx, a)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.WriteJSON(all)
	}
	if len(all) == 0 {
		a.Note("No account is signed in. Sign in with: mxinvite login")
	}
	t := &out.Table{Columns: []out.Column{{Title: "ACCOUNT"}, {Title: "HOMESERVER", Yields: true}, {Title: "USED"}, {Title: "STATE"}}, Of: "account"}
	for _, account := range all {
		used, state := out.Cell{}, out.Text("signed in")
		if account.Default {
			used = out.Cell{Shown: "✓", Exact: "default", Spoken: "by default"}
		}
		if account.SignedOut {
			state = out.Cell{Shown: "! signed out", Exact: "signed out", Role: out.Warn}
		}
		t.Add(out.Text(account.UserID), out.Text(account.Homeserver), used, state)
		t.Call(account.UserID, account.Homeserver)
	}
	return a.WriteTable(t)
}

func runUse(a *host.Program, args []string) error {
	kept, err := a.Sessions()
	if err != nil {
		return err
	}
	name := vault.Name{UserID: args[0]}
	if len(args) > 1 {
		name.Homeserver = args[1]
	} else if name, err = kept.Choose(args[0]); err != nil {
		return err
	}
	names, err := kept.Vault.Accounts()
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return &host.UnknownAccountError{Want: name.UserID + " on " + name.Homeserver}
	}
	if err := kept.Use(name); err != nil {
		return err
	}
	a.Note("%s is now the default account.", name.UserID)
	if from := a.Settings.Origin("account"); from.Source != config.Default && a.Settings.Account != name.UserID {
		a.Note("But %s says %s, which overrides it.", from.String(), a.Settings.Account)
	}
	return nil
}
