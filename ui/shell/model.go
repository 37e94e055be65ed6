package shell

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/internal/terminput"
	"github.com/mxinvite/mxinvite/ui/style"
)

// The minimum size of the terminal.
const (
	MinWidth  = 60
	MinHeight = 16
)

// Model is the root of the program. It delivers messages to the screens and draws the
// frame around them.
type Model struct {
	Shell         *Shell
	width, height int
	start         tea.Cmd // the context of the first page
	drawn         string  // the content of the last view
}

// NewModel returns a model that begins with the account of the options or, without
// one, with the sign-in page. Its work ends with ctx.
func NewModel(ctx context.Context, opt Options, pages Pages) *Model {
	sh := New(ctx, opt, pages)
	m := &Model{Shell: sh}
	if opt.Account != nil {
		m.start = sh.SignedIn(opt.Account)
	} else {
		m.start = sh.pages.Start(sh)
	}
	if opt.Lost != "" {
		sh.Notice = Notice{Text: opt.Lost, Bad: true}
	}
	if opt.Demo != nil && opt.Demo.Tour {
		sh.Tour.GoTo(1)
	}
	return m
}

// WantsDemo reports, once the program has ended, whether the user chose the demo
// instead of signing in.
func (m *Model) WantsDemo() bool { return m.Shell.ChoseDemo }

// Init queries the properties of the terminal and starts the first page.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.start, minute(), m.syncOutput())
}

// syncOutput turns on synchronized output (mode 2026) without a query. Terminals that
// do not know the mode ignore it, but some do not ignore the query.
func (m *Model) syncOutput() tea.Cmd {
	if !m.Shell.Options.SyncOutput {
		return nil
	}
	return func() tea.Msg {
		return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
	}
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.route(msg)
	sh := m.Shell
	sh.Tour.advance()
	// The header, the status line, the tour and the footer take the rest.
	sh.Width, sh.Height = m.width, max(0, m.height-2-statusLines(m.height)-sh.Tour.height())
	return m, cmd
}

// route delivers input to the top screen, an answer to the screen that asked, and all
// other messages to every screen.
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
			return nil // the screen that asked is closed
		}
		return msg.to.Update(msg.msg)
	case tea.KeyPressMsg:
		if m.keyForHiddenPage(msg) {
			return nil
		}
		return sh.press(msg)
	case OperatorMsg:
		sh.ShowSuccess("%s", string(msg))
		return nil
	case QuitMsg: // the user has confirmed the revocations, and may no longer be connected
		return tea.Batch(sh.Revocations.sendNow(), sh.quit())
	case tea.MouseMsg:
		return m.handleMouse(msg)
	case tea.PasteMsg:
		if text, ok := terminput.Unbracketed(msg.Content); ok {
			return m.burst(text)
		}
		return sh.Top().Update(msg)
	}
	cmds := []tea.Cmd{sh.update(msg)}
	for _, l := range sh.stack {
		cmds = append(cmds, l.Update(msg))
	}
	return tea.Batch(cmds...)
}

// keyForHiddenPage reports whether a key is meant for a page that is hidden because
// the terminal is too small. Such a key must not answer a question that the user
// cannot see. Only the keys that end the program work.
func (m *Model) keyForHiddenPage(msg tea.KeyPressMsg) bool {
	sh := m.Shell
	leaves := key.Matches(msg, sh.Keys.Interrupt) || key.Matches(msg, sh.Keys.Quit) && Offers(sh.Top(), sh.Keys.Quit)
	return m.width > 0 && m.tooSmall() && !leaves
}

// View draws the top page with the header and the footer, and the cards over it.
func (m *Model) View() tea.View {
	v := tea.NewView(" ") // Bubble Tea clears the screen repeatedly if the view is empty
	v.AltScreen = true
	v.ReportFocus = m.Shell.Options.Notify != nil
	if m.Shell.Options.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.ProgressBar = m.progressBar()
	v.WindowTitle = "mxinvite · " + safetext.Line(m.Shell.Top().Title())
	switch {
	case m.width == 0: // the size of the terminal is not known yet
	case m.tooSmall():
		v.Content = m.sizes()
	default:
		v.Content, v.Cursor = m.frame()
	}
	if m.Shell.Options.ASCII {
		v.Content, v.WindowTitle = style.ASCII(v.Content), style.ASCII(v.WindowTitle)
	}
	// Bubble Tea compares the content with that on the screen for every frame, also
	// without input. Comparing a string with itself takes no time.
	if v.Content == m.drawn {
		v.Content = m.drawn
	}
	m.drawn = v.Content
	return v
}
