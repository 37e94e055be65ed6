package shell

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/ui/widget"
)

// A mouse holds the clickable texts and the last click.
type mouse struct {
	Spots widget.Spots
	last  time.Time // time of the last click
	on    Screen    // place of the last click
	hasty bool      // the last click was the second of a double click
}

// Readable is the time that the preview must be on the screen, and the time without a
// key press, before a key can confirm it. Keys that were typed ahead or repeated by
// the keyboard must not confirm it.
const Readable = 400 * time.Millisecond

// wheelLines is the number of lines that one turn of the wheel scrolls.
const wheelLines = 3

// Spot returns a text that calls a function when it is clicked.
func (sh *Shell) Spot(text string, click func() tea.Cmd) string {
	return sh.Mouse.Spots.Add(text, click)
}

// Button is a [Shell.Spot] that ignores the second click of a double click, because the
// first click may have changed the screen.
func (sh *Shell) Button(text string, click func() tea.Cmd) string {
	return sh.Spot(text, func() tea.Cmd {
		if sh.Mouse.hasty {
			return nil
		}
		return click()
	})
}

// KeySpot returns a text that presses a key when it is clicked.
func (sh *Shell) KeySpot(text string, b key.Binding) string {
	return sh.Button(text, func() tea.Cmd {
		if !names(sh.Top(), b) { // it may be drawn on a page where letters are text
			return nil
		}
		return sh.press(widget.PressOf(widget.ActionOf(b)))
	})
}

// RowSpot returns a row of a list that a click selects. A click on the selected row
// presses a key instead, if the screen offers that key.
func RowSpot[K comparable](sh *Shell, l *widget.List[K], n int, again key.Binding, text string) string {
	return sh.Spot(text, func() tea.Cmd {
		if l.At == n && names(sh.Top(), again) {
			return sh.press(widget.PressOf(widget.ActionOf(again)))
		}
		l.At = n
		return nil
	})
}

// names reports whether a screen's help names the action of a key now, with any
// description.
func names(s Screen, b key.Binding) bool {
	for _, group := range append(s.FullHelp(), s.ShortHelp()) {
		for _, k := range group {
			if k.Enabled() && widget.ActionOf(k) == widget.ActionOf(b) {
				return true
			}
		}
	}
	return false
}

// MarkedRowSpot is [RowSpot] for a list whose rows can be marked. A click on the mark,
// or on its place, before the row marks or unmarks the row.
func MarkedRowSpot[K comparable](sh *Shell, l *widget.List[K], n int, again key.Binding, text string) string {
	const margin = 3
	if !sh.Mouse.Spots.Drawing() {
		return text
	}
	mark := sh.Spot(ansi.Truncate(text, margin, ""), func() tea.Cmd {
		l.At = n
		if !names(sh.Top(), sh.Keys.Mark) {
			return nil
		}
		return sh.press(widget.PressOf(widget.ActionOf(sh.Keys.Mark))) // the key also moves the cursor to the next row
	})
	return mark + RowSpot(sh, l, n, again, ansi.TruncateLeft(text, margin, ""))
}

// keyHints returns the names of keys in one line, each with its description.
func (m *Model) keyHints(h help.Model, keys []key.Binding) string {
	var hints []string
	for _, b := range keys {
		hints = append(hints, m.Shell.KeySpot(h.ShortHelpView([]key.Binding{b}), b))
	}
	return strings.Join(hints, h.Styles.ShortSeparator.Inline(true).Render(h.ShortSeparator))
}

// beside returns the text around and below the top screen. Parts of this text cannot be
// clicked; a click anywhere in it goes back.
func (m *Model) beside(text string) string {
	sh := m.Shell
	if !sh.Mouse.Spots.Drawing() {
		return text
	}
	return sh.Button(ansi.Strip(text), func() tea.Cmd {
		for _, b := range []key.Binding{sh.Keys.Back, sh.Keys.No} {
			if Offers(sh.Top(), b) {
				return sh.press(widget.PressOf(widget.ActionOf(b)))
			}
		}
		return nil
	})
}

// handleMouse handles a mouse event. The wheel moves where the arrow keys do.
func (m *Model) handleMouse(msg tea.MouseMsg) tea.Cmd {
	sh := m.Shell
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		if !m.tooSmall() {
			return m.wheel(msg.Button)
		}
	case tea.MouseClickMsg:
		if msg.Button != tea.MouseLeft || m.tooSmall() {
			return nil
		}
		click, now := m.under(msg.X, msg.Y), sh.Now()
		sh.Mouse.hasty, sh.Mouse.last = now.Sub(sh.Mouse.last) < Readable, now
		if sh.Mouse.hasty && sh.Mouse.on != sh.Top() {
			return nil // the user has not yet seen the new screen
		}
		sh.Mouse.on = sh.Top()
		sh.Notice = Notice{}
		if click != nil {
			return click()
		}
	}
	return nil
}

// under returns the function of the clicked cell; nil if there is none.
func (m *Model) under(x, y int) func() tea.Cmd {
	return m.Shell.Mouse.Spots.At(x, y, m.width, m.height, func() string {
		frame, _ := m.frame()
		return frame
	})
}

// An arrowMover is a screen on which the arrow keys may move in a list while the user
// types text.
type arrowMover interface{ ArrowsMove() bool }

// wheel moves up or down by the lines of one turn of the wheel.
func (m *Model) wheel(b tea.MouseButton) tea.Cmd {
	sh := m.Shell
	var way key.Binding
	var arrow rune
	switch b {
	case tea.MouseWheelUp:
		way, arrow = sh.Keys.Up, tea.KeyUp
	case tea.MouseWheelDown:
		way, arrow = sh.Keys.Down, tea.KeyDown
	default:
		return nil
	}
	press := widget.PressOf(widget.ActionOf(way))
	if list, typed := sh.Top().(arrowMover); typed && list.ArrowsMove() {
		press = tea.KeyPressMsg{Code: arrow}
	} else if !Offers(sh.Top(), way) {
		return nil
	}
	var cmds []tea.Cmd
	for range wheelLines {
		cmds = append(cmds, sh.press(press))
	}
	return tea.Batch(cmds...)
}
