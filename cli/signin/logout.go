package signin

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
)

// NewLogout returns the command mxinvite logout.
func NewLogout(a *host.Program) *cobra.Command {
	all := false
	c := &cobra.Command{
		Use:   "logout",
		Short: "Sign out and delete the session",
		Long: "Sign out of the account, and delete its session and what is stored about its\n" +
			"rooms. Other accounts stay signed in.",
		Example: "  mxinvite logout --account @you:example.org\n" +
			"  mxinvite logout --all",
		Args: fail.Args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if all {
				return runLogoutAll(c.Context(), a)
			}
			return runLogout(c.Context(), a)
		},
	}
	c.Flags().BoolVar(&all, "all", false, "sign out of every account")
	return c
}

func runLogout(ctx context.Context, a *host.Program) error {
	kept, err := a.Sessions()
	if err != nil {
		return err
	}
	name, err := kept.Choose(a.Settings.Account)
	if err != nil {
		return err
	}
	return a.SignOut(ctx, name)
}

// runLogoutAll signs out of all accounts. If it fails for one account, it continues
// with the others.
func runLogoutAll(ctx context.Context, a *host.Program) error {
	kept, err := a.Sessions()
	if err != nil {
		return err
	}
	names, err := kept.Vault.Accounts()
	switch {
	case err != nil:
		return err
	case len(names) == 0:
		return fail.ErrNotSignedIn
	}
	var failures []fail.Failure
	for _, name := range names {
		err := a.SignOut(ctx, name)
		if fail.Interrupted(err) {
			return err
		}
		if err != nil {
			failures = append(failures, fail.Failure{Subject: name.UserID, Err: err})
		}
	}
	return fail.Batch("signed out", len(names), failures)
}
