package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/notify"
	"github.com/mxinvite/mxinvite/ui"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
)

// HomeScreen shows the screen until the user quits or opens the demo. wantsDemo
// reports whether to open the demo.
func (p *Program) HomeScreen(ctx context.Context, opt client.Options, trusted *TrustedHosts, inspect func(context.Context, string) (shell.Dump, error)) (wantsDemo bool, err error) {
	p.delayCollection()
	d := sessionSwitcher{p, opt}
	vault, err := d.vault()
	if err != nil {
		return false, err
	}
	account, over, err := d.begin(ctx, vault)
	if err != nil {
		return false, err
	}
	if p.Guest != nil { // visitors have no files here
		inspect = nil
	}
	return p.Screen(ctx, shell.Options{
		OfferDemo: true, Inspect: inspect, Lost: p.lostNotice(),
		Account: account, Ended: over, Client: opt,
		Remember: d.remember, Forget: d.forget, End: d.end,
		Accounts: &shell.Accounts{List: d.list, Switch: d.change, SignOut: d.signOut},
		Browse:   p.browse(), Vault: vault,
		Trust:    func(host string) error { return trusted.Add(host, Allowed{}) },
		Complete: p.completeForScreen, Export: p.ScreenExporter(),
		Settings: p.ScreenSettings(false),
	})
}

// NeedScreen returns an error if the streams or the terminal cannot show the
// screen.
func (p *Program) NeedScreen() error {
	switch {
	case p.InTTY && p.OutTTY && p.drawable():
		return nil
	case p.InTTY && p.OutTTY:
		return fail.UsageOf("mxinvite", fmt.Errorf("the screen cannot be drawn on this terminal (TERM=%s); "+
			"mxinvite --accessible does the same in plain lines, and mxinvite --help names the commands", p.Getenv("TERM")))
	}
	return fail.UsageOf("mxinvite", ErrNoScreen)
}

// drawable reports whether the terminal can move its cursor. Windows sets no TERM
// and needs none.
func (p *Program) drawable() bool {
	term := p.Getenv("TERM")
	return term != "dumb" && (term != "" || runtime.GOOS == "windows")
}

// syncOutput reports whether synchronized output is turned on without a query to
// the terminal: Bubble Tea does not send the query over SSH.
func (p *Program) syncOutput() bool {
	switch p.Settings.SyncOutput {
	case config.SyncOn:
		return true
	case config.SyncOff:
		return false
	}
	return p.Guest != nil || p.Getenv("SSH_TTY") != ""
}

// filter changes messages before Bubble Tea handles them: it drops the terminal's
// report of synchronized output if that is turned off, and suspends the process
// with the terminal's mode restored.
func (p *Program) filter(in input) func(tea.Model, tea.Msg) tea.Msg {
	return func(_ tea.Model, msg tea.Msg) tea.Msg {
		switch m := msg.(type) {
		case tea.ModeReportMsg:
			if m.Mode == ansi.ModeSynchronizedOutput && p.Settings.SyncOutput == config.SyncOff {
				return nil
			}
		case tea.SuspendMsg:
			return in.suspend()
		}
		return msg
	}
}

// Screen shows the screen until the user quits or opens the demo. wantsDemo reports
// whether to open the demo.
func (p *Program) Screen(ctx context.Context, o shell.Options) (wantsDemo bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Keys, o.Display = p.Settings.Keys, p.display(&p.Settings)
	o.Sender = fmt.Sprintf("the screen (process %d)", os.Getpid())
	p.Covered.Store(true)
	defer p.Covered.Store(false)
	o.SyncOutput, o.Location = p.syncOutput(), p.Location
	o.Via, o.LinkBase = p.InviteWay(), p.LinkBase()
	o.Suspend, o.Visitor = p.canSuspend(), p.Guest != nil
	screen := ui.New(ctx, o)
	var model tea.Model = screen
	var running *tea.Program
	var c contained
	if p.Guest != nil {
		c = contain(model, p.Guest.Panicked, func() { running.Quit() })
		model = c
	}
	in, err := p.openInput(ctx)
	if err != nil {
		return false, err
	}
	running = tea.NewProgram(model, append(p.terminal(), tea.WithContext(ctx), tea.WithInput(in), tea.WithFilter(p.filter(in)))...)
	if p.Guest != nil {
		go c.run(func() { p.relay(ctx, running) })
		time.Sleep(untilFrame(p.Now()))
	}
	_, err = running.Run()
	in.close()
	for name, value := range screen.ChosenSettings() { // the next screen uses the changed settings
		p.Settings = *p.Settings.With(name, value)
	}
	p.Colors = p.ChosenColors()
	switch {
	case p.Guest != nil && c.broken.Load():
		return false, errPanicked
	case ctx.Err() != nil:
		return false, ctx.Err() // this error is more useful than that the program was killed
	}
	return screen.WantsDemo(), err
}

// canSuspend reports whether the program runs in a shell with job control.
func (p *Program) canSuspend() bool {
	_, ok := p.In.(*os.File)
	return ok && p.Guest == nil && runtime.GOOS != "windows"
}

// display returns the settings for the display of the screen.
func (p *Program) display(s *config.Settings) shell.Display {
	d := shell.Display{Theme: style.Theme(s.Theme), Background: style.Background(s.Background), ASCII: p.OnlyASCII(s), Mouse: s.Mouse}
	if kind := notify.Kind(s.Notify); kind != notify.Off {
		d.Notify = func(title, text string) string { return notify.Sequence(kind, p.Getenv("TERM"), title, text) }
	}
	return d
}

// The number of frames per second. Bubble Tea checks at this rate whether to redraw, also
// without input, so that the first frame and the response to a key wait for up to one
// period. A visitor's screen has fewer, because there may be hundreds of visitors.
const (
	localFrames   = 120
	visitorFrames = 20
)

// untilFrame returns the time until the next frame of all visitors. If Bubble Tea's
// ticker starts then, the process wakes up once for a frame, and not once for each
// visitor.
func untilFrame(now time.Time) time.Duration {
	const frame = time.Second / visitorFrames
	return frame - time.Duration(now.UnixNano())%frame
}

// terminal returns Bubble Tea's options for the terminal.
func (p *Program) terminal() []tea.ProgramOption {
	env, width, height := p.Env, p.Width, p.Height
	if p.Guest != nil {
		size := p.Guest.Terminal.Size() // it may have changed since the visitor connected
		width, height = size.Width, size.Height
		// Over SSH the terminal is not queried, because not all terminals understand the
		// queries.
		env = append(slices.Clone(env), "SSH_TTY=visitor")
	}
	options := []tea.ProgramOption{
		tea.WithOutput(p.Out),
		tea.WithEnvironment(env),
		tea.WithWindowSize(width, height),
		tea.WithoutSignalHandler(), // the context ends with a signal
	}
	if _, ok := p.Out.(*os.File); !ok { // there is no device to ask
		options = append(options, tea.WithColorProfile(colorprofile.Env(env)))
	}
	if p.Guest != nil {
		options = append(options, tea.WithFPS(visitorFrames))
	} else {
		options = append(options, tea.WithFPS(localFrames))
	}
	if !p.MayColor() {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	return options
}

// relay sends a visitor's screen the messages of the SSH session, such as a new
// window size.
func (p *Program) relay(ctx context.Context, running *tea.Program) {
	leave := p.Guest.Leave
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-p.Guest.Terminal.Sizes():
			running.Send(tea.WindowSizeMsg{Width: s.Width, Height: s.Height})
		case text := <-p.Guest.Notices:
			running.Send(shell.OperatorMsg(text))
		case <-leave:
			leave = nil
			running.Send(shell.QuitMsg{})
		}
	}
}

// OnlyASCII reports whether the terminal seems to show only ASCII. If no variable
// names an encoding, it returns false.
func (p *Program) OnlyASCII(s *config.Settings) bool {
	if s.Glyphs != "auto" {
		return s.Glyphs == "ascii"
	}
	locale := strings.ToLower(cmp.Or(p.Getenv("LC_ALL"), p.Getenv("LC_CTYPE"), p.Getenv("LANG")))
	return locale != "" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}

// ErrNoScreen reports that the screen cannot be shown without a terminal.
var ErrNoScreen = errors.New("the screen needs a terminal; mxinvite list shows the invites without one")
