package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/ui"
)

// runHome opens the screen on the account there is, or on signing in.
func runHome(ctx context.Context, a *app) error {
	if err := a.needScreen(); err != nil {
		return err
	}
	home, err := a.home()
	if err != nil {
		return err
	}
	opt, trusted, err := a.kept(ctx)
	if err != nil {
		return err
	}
	if !a.settings.CheckKeys {
		opt.KeyTransport = nil
	}
	account, err := a.resume(ctx, opt)
	if err != nil && !errors.Is(err, errNotSignedIn) {
		return err
	}
	return a.screen(ctx, ui.Options{
		Account:  account,
		Client:   opt,
		Remember: func(s client.Session) error { return home.SaveSession(s) },
		Forget:   func() error { return a.forgetSession(ctx, home) },
		Trust:    func(host string) error { return trusted.add(host, allowed{}) },
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
	o.Keys, o.Mouse = a.settings.Keys, a.settings.Mouse
	if kind := notify.Kind(a.settings.Notify); kind != notify.Off {
		o.Notify = func(title, text string) string { return notify.Sequence(kind, a.getenv("TERM"), title, text) }
	}
	o.Theme, o.ASCII = ui.Theme(a.settings.Theme), a.onlyASCII()
	o.Sender = fmt.Sprintf("the screen (process %d)", os.Getpid())
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
