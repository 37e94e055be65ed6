package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// runHome opens the screen on the account there is, or on signing in.
func runHome(ctx context.Context, a *host.Program) error {
	if err := a.NeedScreen(); err != nil {
		return err
	}
	opt, trusted, err := a.AccountOptions(ctx)
	if err != nil {
		return err
	}
	if !a.Settings.CheckKeys {
		opt.KeyTransport = nil
	}
	for {
		wantsDemo, err := a.HomeScreen(ctx, opt, trusted, func(ctx context.Context, file string) (shell.Dump, error) { return inspectForScreen(ctx, a, file) })
		if err != nil || !wantsDemo {
			return err
		}
		// After the demo the user is back where they chose it.
		if err := runDemo(ctx, demoOptions{Program: a}); err != nil {
			return err
		}
	}
}
