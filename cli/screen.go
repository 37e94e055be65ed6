package cli

import (
	"context"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// runHome opens the screen with the stored account, or on the sign-in page.
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
		// After the demo, the user returns to the page where they opened it.
		if err := runDemo(ctx, demoOptions{Program: a}); err != nil {
			return err
		}
	}
}
