package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/internal/serve"
	"github.com/mxinvite/mxinvite/ui"
	"github.com/mxinvite/mxinvite/ui/style"
)

// runHome opens the screen on the account there is, or on signing in.
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
	for {
		wantsDemo, err := a.homeScreen(ctx, opt, trusted)
		if err != nil || !wantsDemo {
			return err
		}
		// After the demo the user is back where they chose it.
		if err := runDemo(ctx, demoOptions{app: a}); err != nil {
			return err
		}
	}
}

// homeScreen shows the screen once. It is left for good, or for the demo.
func (a *app) homeScreen(ctx context.Context, opt client.Options, trusted *trustedHosts) (wantsDemo bool, err error) {
	d := desk{a, opt}
	vault, err := d.vault()
	if err != nil {
		return false, err
	}
	account, over, err := d.begin(ctx, vault)
	if err != nil {
		return false, err
	}
	inspect := a.inspectForScreen
	if a.Guest != nil { // who has no files here
		inspect = nil
	}
	return a.screen(ctx, ui.Options{
		Demo: true, Inspect: inspect,
		Account: account, Ended: over, Client: opt,
		Remember: d.remember, Forget: d.forget, End: d.end,
		Accounts: &ui.Accounts{List: d.list, Switch: d.change, SignOut: d.signOut},
		Browse:   a.browse(), Vault: vault,
		Trust:    func(host string) error { return trusted.add(host, allowed{}) },
		Complete: a.completeForScreen, Export: a.screenExporter(),
		Settings: a.screenSettings(false),
	})
}

// needScreen refuses to draw where nobody would see it or could press a key.
func (a *app) needScreen() error {
	switch {
	case a.InTTY && a.OutTTY && a.drawable():
		return nil
	case a.InTTY && a.OutTTY:
		return fail.UsageOf("mxinvite", fmt.Errorf("the screen cannot be drawn on this terminal (TERM=%s); "+
			"mxinvite --accessible does the same in plain lines, and mxinvite --help names the commands", a.Getenv("TERM")))
	}
	return fail.UsageOf("mxinvite", errNoScreen)
}

// drawable reports whether a cursor can be moved on the terminal. Windows has no
// TERM and needs none.
func (a *app) drawable() bool {
	term := a.Getenv("TERM")
	return term != "dumb" && (term != "" || runtime.GOOS == "windows")
}

// syncOutput reports whether pictures are to be shown at once without asking the
// terminal: over SSH Bubble Tea does not ask.
func (a *app) syncOutput() bool {
	switch a.settings.SyncOutput {
	case config.SyncOn:
		return true
	case config.SyncOff:
		return false
	}
	return a.Guest != nil || a.Getenv("SSH_TTY") != ""
}

// noSyncOutput keeps from Bubble Tea that the terminal could do it.
func noSyncOutput(_ tea.Model, msg tea.Msg) tea.Msg {
	if m, ok := msg.(tea.ModeReportMsg); ok && m.Mode == ansi.ModeSynchronizedOutput {
		return nil
	}
	return msg
}

// screen runs the program one sees until it is left, for good or for the demo.
func (a *app) screen(ctx context.Context, o ui.Options) (wantsDemo bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Keys, o.Display = a.settings.Keys, a.display(&a.settings)
	o.Sender = fmt.Sprintf("the screen (process %d)", os.Getpid())
	a.Covered.Store(true)
	defer a.Covered.Store(false)
	o.SyncOutput = a.syncOutput()
	o.Suspend = a.canSuspend()
	screen := ui.New(ctx, o)
	var model tea.Model = screen
	var p *tea.Program
	var c contained
	if a.Guest != nil {
		c = contain(model, a.Guest.Panicked, func() { p.Quit() })
		model = c
	}
	p = tea.NewProgram(model, append(a.terminal(), tea.WithContext(ctx), tea.WithInput(a.keys(ctx)))...)
	if a.Guest != nil {
		go c.beside(func() { a.relay(ctx, p) })
	}
	_, err = p.Run()
	for name, value := range screen.ChosenSettings() { // the next screen begins with them
		a.settings = *a.settings.With(name, value)
	}
	a.Colors = a.chosenColors()
	switch {
	case a.Guest != nil && c.broken.Load():
		return false, errPanicked
	case ctx.Err() != nil:
		return false, ctx.Err() // more to the point than that the program was killed
	}
	return screen.WantsDemo(), err
}

// canSuspend reports whether the program runs in a shell with job control.
func (a *app) canSuspend() bool {
	_, ok := a.In.(*os.File)
	return ok && a.Guest == nil && runtime.GOOS != "windows"
}

// display is what settings say of how the screen is displayed.
func (a *app) display(s *config.Settings) ui.Display {
	d := ui.Display{Theme: style.Theme(s.Theme), Background: style.Background(s.Background), ASCII: a.onlyASCII(s), Mouse: s.Mouse}
	if kind := notify.Kind(s.Notify); kind != notify.Off {
		d.Notify = func(title, text string) string { return notify.Sequence(kind, a.Getenv("TERM"), title, text) }
	}
	return d
}

// visitorFrames is how often in a second the screen of a visitor may change.
// Bubble Tea looks as often whether there is anything to draw, also while nobody
// types, and there may be many visitors.
const visitorFrames = 30

// terminal says what Bubble Tea has to know of the terminal.
func (a *app) terminal() []tea.ProgramOption {
	env, width, height := a.Env, a.Width, a.Height
	if a.Guest != nil {
		size := a.Guest.Terminal.Size() // which may be another than when they came
		width, height = size.Width, size.Height
		// What asks the terminal is left out over SSH, where not every one
		// understands the question.
		env = append(slices.Clone(env), "SSH_TTY=visitor")
	}
	options := []tea.ProgramOption{
		tea.WithOutput(a.Out),
		tea.WithEnvironment(env),
		tea.WithWindowSize(width, height),
		tea.WithoutSignalHandler(), // the context ends with a signal
	}
	if _, ok := a.Out.(*os.File); !ok { // there is no device to ask
		options = append(options, tea.WithColorProfile(colorprofile.Env(env)))
	}
	if a.Guest != nil {
		options = append(options, tea.WithFPS(visitorFrames))
	}
	if a.settings.SyncOutput == config.SyncOff {
		options = append(options, tea.WithFilter(noSyncOutput))
	}
	if !a.MayColor() {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	return options
}

// keys are the keys that are typed until ctx ends. Of a file Bubble Tea reads no
// more than it needs, and it has to see that it is one.
func (a *app) keys(ctx context.Context) io.Reader {
	if t, ok := a.In.(*serve.Terminal); ok {
		return t.Keys(ctx)
	}
	return a.In
}

// relay brings a visitor's screen what comes from outside of it.
func (a *app) relay(ctx context.Context, p *tea.Program) {
	leave := a.Guest.Leave
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-a.Guest.Terminal.Sizes():
			p.Send(tea.WindowSizeMsg{Width: s.Width, Height: s.Height})
		case text := <-a.Guest.Notices:
			p.Send(ui.TellMsg(text))
		case <-leave:
			leave = nil
			p.Send(ui.LeaveMsg{})
		}
	}
}

// onlyASCII reports whether the terminal is thought to show nothing else. What
// names no encoding says nothing.
func (a *app) onlyASCII(s *config.Settings) bool {
	if s.Glyphs != "auto" {
		return s.Glyphs == "ascii"
	}
	locale := strings.ToLower(cmp.Or(a.Getenv("LC_ALL"), a.Getenv("LC_CTYPE"), a.Getenv("LANG")))
	return locale != "" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}
