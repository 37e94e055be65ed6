// Package ui is the program one sees: a [Model] for Bubble Tea. It knows no
// process and no network. It is told everything in [Options], so that it runs
// in this terminal as well as in one at the other end of a connection.
package ui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/style"
)

// The smallest terminal that the pages fit in.
const (
	MinWidth  = 60
	MinHeight = 16
)

// Options is what the program needs of the world around it.
type Options struct {
	Account *client.Account // a resumed account; nil begins with signing in
	Client  client.Options  // for signing in, and the clock
	// Ended is a session that its homeserver has ended, if the person may go on
	// with it by signing in again.
	Ended client.Session
	// Remember keeps a new session, and returns the account that goes on from it.
	// Nil keeps nothing.
	Remember func(context.Context, client.Session) (*client.Account, error)
	Forget   func(client.Session) error // after signing out
	End      func(client.Session) error // after the homeserver has ended it
	Accounts *Accounts                  // nil where there is but one
	Trust    func(host string) error    // remembers a host that may be asked about keys
	// Browse returns a browser that comes back until ctx ends. Nil if there is
	// none on the machine of who looks at the screen, as over SSH.
	Browse func(ctx context.Context) (Browser, error)
	// Vault is where Remember keeps sessions; nil if it needs to ask nothing.
	Vault *Vault

	// What stands in the sign-in form to begin with.
	Homeserver, User, Password string

	// Sender is what other programs call this one while it sends from the
	// outbox, such as "the screen (process 4711)".
	Sender string
	// Complete finds people whose name or address begins as typed; nil finds
	// none. It may return some beside an error.
	Complete func(ctx context.Context, typed string) ([]Contact, error)
	// Export writes invites into files; nil offers no export.
	Export *Exporter
	// SyncOutput has each picture shown at once, without asking the terminal
	// whether it can do that.
	SyncOutput bool

	// Demo is set where there is one, which somebody who is not signed in may
	// choose; see [Model.WantsDemo].
	Demo bool
	// Inspect reads a file of saved room state, for somebody who is not signed in;
	// nil reads none.
	Inspect func(ctx context.Context, file string) (Dump, error)

	// Keys are those a person chose, by action; [CheckKeys] has seen them.
	Keys map[string][]string

	Display

	// Settings are those that the palette lets the user change; nil for none.
	Settings *Settings

	// Suspend has ctrl+z stop the process, as a shell expects it. Without it ctrl+z
	// says why not.
	Suspend bool

	// Rehearsal is set in the demo.
	Rehearsal *Rehearsal

	// Visitor is set if the user is on another machine, with no command line on this one.
	Visitor bool

	// Banner is a word beside the title, such as "demo"; a rehearsal has its own.
	Banner string
}

// A Display is what the user can change about the screen while the program runs.
type Display struct {
	Theme      style.Theme
	Background style.Background
	ASCII      bool // draws signs and lines without Unicode
	Mouse      bool // takes the mouse from the terminal, which then selects no text with it

	// Notify gives what a terminal writes to show a desktop notification. It is
	// called only while the terminal has no focus; nil shows none.
	Notify func(title, text string) string
}

// A Contact is a person that [Options.Complete] knows.
type Contact struct{ Name, Address string }

// Model is the root of the program: it routes, navigates and frames.
type Model struct {
	shell         *shell
	width, height int
	start         tea.Cmd // the first page's
}

// New returns a model whose work ends with ctx.
func New(ctx context.Context, opt Options) *Model {
	sh := newShell(ctx, opt)
	m := &Model{shell: sh}
	if opt.Account != nil {
		m.start = sh.signedIn(opt.Account)
	} else {
		m.start = openFirst(sh)
	}
	if opt.Rehearsal != nil && opt.Rehearsal.Tour {
		sh.goToStep(1)
	}
	return m
}

// openFirst is where the program begins without an account.
func openFirst(sh *shell) tea.Cmd {
	if v := sh.opt.Vault; v != nil && (v.Locked || v.Trouble != nil) {
		return sh.open(newUnlock(sh, nil, v.Trouble))
	}
	return beginSigningIn(sh, sh.opt.Ended)
}

// beginSigningIn begins with signing in; with going on with a session that its
// homeserver has ended, if there is one.
func beginSigningIn(sh *shell, ended client.Session) tea.Cmd {
	o := offer{user: sh.opt.User, homeserver: sh.opt.Homeserver, password: sh.opt.Password}
	if ended.UserID == "" {
		return sh.restart(newSignIn(sh, o, nil))
	}
	o = goOn(ended)
	why := &client.SignedOutError{UserID: ended.UserID, Homeserver: ended.Homeserver}
	if sh.opt.Accounts == nil {
		return sh.restart(newSignIn(sh, o, why))
	}
	return tea.Batch(sh.restart(newAccounts(sh)), sh.open(newSignIn(sh, o, why)))
}

// WantsDemo reports, once the program has ended, whether it did so because the
// demo was chosen instead of signing in.
func (m *Model) WantsDemo() bool { return m.shell.demo }

// Init asks the terminal about itself and starts the first page.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.start, m.shell.minute(), m.syncOutput())
}

// syncOutput turns on mode 2026 as if the terminal had said that it knows it.
// One that does not ignores it; what some do not ignore is the question.
func (m *Model) syncOutput() tea.Cmd {
	if !m.shell.opt.SyncOutput {
		return nil
	}
	return func() tea.Msg {
		return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
	}
}

// Update changes the program by a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.route(msg)
	sh := m.shell
	sh.advanceTour()
	// Around a page are the header, the status line, the tour and the footer.
	sh.width, sh.height = m.width, max(0, m.height-2-statusLines(m.height)-sh.tourHeight())
	return m, cmd
}

// route brings input to the screen on top, an answer to the screen that asked, and
// everything else to every screen.
func (m *Model) route(msg tea.Msg) tea.Cmd {
	sh := m.shell
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return nil
	case tea.BackgroundColorMsg:
		sh.terminal.Background = style.DarkBackground
		if !msg.IsDark() {
			sh.terminal.Background = style.LightBackground
		}
		sh.restyle()
		return nil
	case tea.ColorProfileMsg:
		sh.terminal.Profile = msg.Profile
		sh.restyle()
		return nil
	case answer:
		if msg.ctx.Err() != nil {
			return nil // the page that asked is closed
		}
		return msg.to.update(msg.msg)
	case tea.KeyPressMsg:
		if m.blind(msg) {
			return nil
		}
		return sh.press(msg)
	case TellMsg:
		sh.say("%s", string(msg))
		return nil
	case LeaveMsg: // the user confirmed the revocations, and may not be there to be asked
		return tea.Batch(sh.revocations.hurry(), sh.quit())
	case tea.MouseMsg:
		return m.hear(msg)
	case tea.PasteMsg:
		return sh.top().update(msg)
	}
	cmds := []tea.Cmd{sh.update(msg)}
	for _, l := range sh.stack {
		cmds = append(cmds, l.update(msg))
	}
	return tea.Batch(cmds...)
}

// blind reports whether a key is meant for a page that is not shown for lack of
// room. Whoever cannot see the question does not answer it; all one can is leave.
func (m *Model) blind(msg tea.KeyPressMsg) bool {
	sh := m.shell
	leaves := key.Matches(msg, sh.keys.Interrupt) || key.Matches(msg, sh.keys.Quit) && offers(sh.top(), sh.keys.Quit)
	return m.width > 0 && m.tooSmall() && !leaves
}

// press handles the keys that mean the same on every page that names them, and
// leaves the others to the screen on top.
func (sh *shell) press(msg tea.KeyPressMsg) tea.Cmd {
	sh.notice = notice{}
	if sh.pressTour(msg) {
		return nil
	}
	pressed := func(b key.Binding) bool { return key.Matches(msg, b) && offers(sh.top(), b) }
	switch {
	case key.Matches(msg, sh.keys.Interrupt), pressed(sh.keys.Quit):
		return sh.quit()
	case key.Matches(msg, sh.keys.Suspend):
		return sh.suspend()
	case pressed(sh.keys.Help):
		return sh.openCard(newHelp(sh))
	case key.Matches(msg, sh.keys.Palette) && opensPalette(sh, msg):
		return sh.openCard(newPalette(sh))
	case pressed(sh.keys.Undo):
		return undoRevocation(sh)
	case pressed(sh.keys.Back):
		sh.close()
		return nil
	}
	return sh.top().update(msg)
}

// suspend stops the process where there is a shell to go back to.
func (sh *shell) suspend() tea.Cmd {
	if sh.opt.Suspend {
		return tea.Suspend
	}
	sh.notice = notice{text: "mxinvite cannot be suspended here: it was not started from a Unix shell.", bad: true}
	return nil
}

// View frames the page on top: a header, the page, its keys; and over it the cards.
func (m *Model) View() tea.View {
	v := tea.NewView(" ") // Bubble Tea clears the screen over and over for an empty one
	v.AltScreen = true
	v.ReportFocus = m.shell.opt.Notify != nil
	if m.shell.opt.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ProgressBar = m.progressBar()
	v.WindowTitle = "mxinvite · " + safetext.Line(m.shell.top().title())
	switch {
	case m.width == 0: // the terminal has not said yet how large it is
	case m.tooSmall():
		v.Content = m.sizes()
	default:
		v.Content, v.Cursor = m.frame()
	}
	if m.shell.opt.ASCII {
		v.Content, v.WindowTitle = style.ASCII(v.Content), style.ASCII(v.WindowTitle)
	}
	return v
}
