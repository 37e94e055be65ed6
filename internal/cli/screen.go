package cli

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/ui"
)

// runHome opens the screen on the account there is, or on signing in. Whatever
// has to be asked before anything can be kept is asked before the screen covers
// the terminal.
func runHome(ctx context.Context, a *app) error {
	if err := a.needScreen(); err != nil {
		return err
	}
	opt, trusted, err := a.kept(ctx)
	if err != nil {
		return err
	}
	if !a.settings.CheckKeys {
		opt.KeyTransport = nil
	}
	account, over, err := a.first(ctx, opt)
	if err != nil {
		return err
	}
	kind, err := a.vaultKind(ctx)
	if err != nil {
		return err
	}
	d := desk{a, opt}
	return a.screen(ctx, ui.Options{
		Account: account, Ended: over, Client: opt,
		Remember: d.remember, Forget: d.forget, End: d.end,
		Accounts: &ui.Accounts{List: d.list, Switch: d.change, SignOut: d.signOut},
		Browse:   a.browse(), Vault: string(kind),
		Trust: func(host string) error { return trusted.add(host, allowed{}) },
	})
}

// needScreen refuses to draw where nobody would see it or could press a key.
func (a *app) needScreen() error {
	if a.InTTY && a.OutTTY {
		return nil
	}
	return &usageError{"mxinvite", errors.New("the screen needs a terminal; mxinvite list shows the invites without one")}
}

// screen runs the program one sees until it is left.
func (a *app) screen(ctx context.Context, o ui.Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.covered.Store(true)
	defer a.covered.Store(false)
	options := []tea.ProgramOption{
		tea.WithContext(ctx),
		tea.WithInput(a.In),
		tea.WithOutput(a.Out),
		tea.WithEnvironment(a.Env),
		tea.WithoutSignalHandler(), // ctx ends with a signal
	}
	if !a.mayColor() {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err := tea.NewProgram(ui.New(ctx, o), options...).Run()
	if ctx.Err() != nil {
		return ctx.Err() // more to the point than that the program was killed
	}
	return err
}
