package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func newLogout(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "Sign out and forget the session",
		Args:  takes(0, 0),
		RunE:  func(c *cobra.Command, _ []string) error { return runLogout(c.Context(), a) },
	}
}

func runLogout(ctx context.Context, a *app) error {
	home, err := a.home()
	if err != nil {
		return err
	}
	opt, _, err := a.kept(ctx)
	if err != nil {
		return err
	}
	account, err := a.resume(ctx, opt)
	if err != nil {
		return err
	}
	left := a.during(ctx, "Signing out", account.SignOut)
	if interrupted(left) {
		return left
	}
	// Who leaves a machine wants nothing to stay behind, whether the homeserver
	// can be told or not.
	if err := home.DropSession(); err != nil {
		return err
	}
	if left != nil {
		return &halfSignedOutError{left}
	}
	a.say("%s is signed out.", string(account.UserID()))
	return nil
}

// A halfSignedOutError says that the session is gone from here alone.
type halfSignedOutError struct{ err error }

func (e *halfSignedOutError) Error() string {
	return fmt.Sprintf("the session is forgotten here, but the homeserver could not be told: %v", e.err)
}

func (e *halfSignedOutError) Unwrap() error { return e.err }
