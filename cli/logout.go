package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/config/vault"
)

func newLogout(a *app) *cobra.Command {
	all := false
	c := &cobra.Command{
		Use:   "logout",
		Short: "Sign out and delete the session",
		Long: "Sign out of the account, and forget its session and what was known of its\n" +
			"rooms. Other accounts stay.",
		Example: "  mxinvite logout --account @you:example.org\n" +
			"  mxinvite logout --all",
		Args: takes(0, 0),
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

func runLogout(ctx context.Context, a *app) error {
	kept, err := a.sessions()
	if err != nil {
		return err
	}
	name, err := kept.choose(a.settings.Account)
	if err != nil {
		return err
	}
	return a.signOut(ctx, name)
}

// runLogoutAll signs out of what can be signed out of. What went wrong with one
// account keeps none of the others.
func runLogoutAll(ctx context.Context, a *app) error {
	kept, err := a.sessions()
	if err != nil {
		return err
	}
	names, err := kept.vault.Accounts()
	switch {
	case err != nil:
		return err
	case len(names) == 0:
		return fail.ErrNotSignedIn
	}
	var failures []failure
	for _, name := range names {
		err := a.signOut(ctx, name)
		if fail.Interrupted(err) {
			return err
		}
		if err != nil {
			failures = append(failures, failure{name.UserID, err})
		}
	}
	return batch("signed out", len(names), failures)
}

// signOut ends a session and forgets it, whether its homeserver can be told or
// not: who leaves a machine wants nothing to stay behind.
func (a *app) signOut(ctx context.Context, name vault.Name) error {
	kept, err := a.sessions()
	if err != nil {
		return err
	}
	s, err := kept.load(ctx, name)
	if err != nil {
		return err
	}
	left, err := a.leave(ctx, s)
	if err != nil {
		return err
	}
	if err := kept.vault.Drop(ctx, name); err != nil {
		return err
	}
	if left != nil {
		return left
	}
	a.Note("%s is signed out.", name.UserID)
	return nil
}

// leave tells the homeserver, unless it has ended the session itself, and forgets
// what is stored of the account.
func (a *app) leave(ctx context.Context, s client.Session) (left, err error) {
	opt, _, err := a.kept(ctx)
	if err != nil {
		return nil, err
	}
	if ended(s) {
		if opt.Store == nil {
			return nil, nil
		}
		return nil, opt.Store.Forget(ctx, store.Account{UserID: s.UserID, Homeserver: s.Homeserver})
	}
	account, err := a.resumeSession(ctx, opt, s)
	if err != nil {
		return nil, err
	}
	left = a.During(ctx, "Signing out", account.SignOut)
	if fail.Interrupted(left) {
		return nil, left
	}
	return left, nil
}
