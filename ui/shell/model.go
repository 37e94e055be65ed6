package shell

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/style"
)

// The smallest terminal that the pages fit in.
const (
	MinWidth  = 60
	MinHeight = 16
)

// Model is the root of the program: it routes, navigates and frames.
type Model struct {
	Shell         *Shell
	width, height int
	start         tea.Cmd // the first page's
}

// NewModel returns a model that begins with the account of the options or with
// the page to sign in. Its work ends with ctx.
func NewModel(ctx context.Context, opt Options, pages Pages) *Model {
	sh := New(ctx, opt, pages)
	m := &Model{Shell: sh}
	if opt.Account != nil {
		m.start = sh.SignedIn(opt.Account)
	} else {
		m.start = sh.pages.Start(sh)
	}
	if opt.Rehearsal != nil && opt.Rehearsal.Tour {
		sh.Tour.GoTo(1)
	}
	return m
}

// WantsDemo reports, once the program has ended, whether it did so because the
// demo was chosen instead of signing in.
func (m *Model) WantsDemo() bool { return m.Shell.Demo }

// Init asks the terminal about itself and starts the first page.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.start, minute(), m.syncOutput())
}

// syncOutput turns on mode 2026 as if the terminal had said that it knows it.
// One that does not ignores it; what some do not ignore is the question.
func (m *Model) syncOutput() tea.Cmd {
	if !m.Shell.Opt.SyncOutput {
		return nil
	}
	return func() tea.Msg {
		return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
	}
}

// Update changes the program by a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.route(msg)
	sh := m.Shell
	sh.Tour.advance()
	// Around a page are the header, the status line, the tour and the footer.
	sh.Width, sh.Height = m.width, max(0, m.height-2-statusLines(m.height)-sh.Tour.height())
	return m, cmd
}

// route brings input to the screen on top, an answer to the screen that asked, and
// everything else to every screen.
func (m *Model) route(msg tea.Msg) tea.Cmd {
	sh := m.Shell
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
		return msg.to.Update(msg.msg)
	case tea.KeyPressMsg:
		if m.blind(msg) {
			return nil
		}
		return sh.press(msg)
	case TellMsg:
		sh.Say("%s", string(msg))
		return nil
	case LeaveMsg: // the user confirmed the revocations, and may not be there to be asked
		return tea.Batch(sh.Revocations.hurry(), sh.quit())
	case tea.MouseMsg:
		return m.hear(msg)
	case tea.PasteMsg:
		return sh.Top().Update(msg)
	}
	cmds := []tea.Cmd{sh.update(msg)}
	for _, l := range sh.stack {
		cmds = append(cmds, l.Update(msg))
	}
	return tea.Batch(cmds...)
}

// blind reports whether a key is meant for a page that is not shown for lack of
// room. Whoever cannot see the question does not answer it; all one can is leave.
func (m *Model) blind(msg tea.KeyPressMsg) bool {
	sh := m.Shell
	leaves := key.Matches(msg, sh.Keys.Interrupt) || key.Matches(msg, sh.Keys.Quit) && Offers(sh.Top(), sh.Keys.Quit)
	return m.width > 0 && m.tooSmall() && !leaves
}

// View frames the page on top: a header, the page, its keys; and over it the cards.
func (m *Model) View() tea.View {
	v := tea.NewView(" ") // Bubble Tea clears the screen over and over for an empty one
	v.AltScreen = true
	v.ReportFocus = m.Shell.Opt.Notify != nil
	if m.Shell.Opt.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ProgressBar = m.progressBar()
	v.WindowTitle = "mxinvite · " + safetext.Line(m.Shell.Top().Title())
	switch {
	case m.width == 0: // the terminal has not said yet how large it is
	case m.tooSmall():
		v.Content = m.sizes()
	default:
		v.Content, v.Cursor = m.frame()
	}
	if m.Shell.Opt.ASCII {
		v.Content, v.WindowTitle = style.ASCII(v.Content), style.ASCII(v.WindowTitle)
	}
	return v
}
