package shell

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// minBeside is the least number of cells beside a card in which the page is drawn.
// Fewer cells are unreadable and stay empty.
const minBeside = 10

// statusLines returns the number of lines for notices between the page and the footer.
// It is smaller on a low terminal.
func statusLines(height int) int {
	if height < 20 {
		return 0
	}
	return 1
}

// tooSmall reports whether the terminal is too small to show the page.
func (m *Model) tooSmall() bool { return m.width < MinWidth || m.height < MinHeight }

// sizes returns a text with the current size and the required size of the terminal.
func (m *Model) sizes() string {
	text := "mxinvite needs " + size(MinWidth, MinHeight) + ".\nThis terminal has " + size(m.width, m.height) + "."
	return cells.Block(ansi.Wrap(text, max(1, m.width), ""), m.width, m.height)
}

// frame draws the top page with the header and the footer, and the cards over it.
func (m *Model) frame() (string, *tea.Cursor) {
	sh := m.Shell
	page := sh.page()
	body, cursor := sh.stack[page].View(sh.Width, sh.Height)
	if cursor != nil {
		cursor.Y++ // the header
	}
	height := m.height - 2 - sh.Tour.height()
	body = cells.Block(body, sh.Width, sh.Height)
	if text := sh.Notice.view(sh.Styles, sh.Sending.Next, sh.Width); text != "" {
		// A notice that does not fit into the status line covers the last lines of the
		// page, so that nothing on the page moves.
		shown := min(sh.Height, height-cells.Height(text))
		body = cells.Block(body, sh.Width, shown) + "\n" + text
		if cursor != nil && cursor.Y > shown {
			cursor = nil // the cursor is below the notice
		}
	}
	body = m.header() + "\n" + cells.Block(body, sh.Width, height)
	below := m.footer()
	if sh.Tour.shown() {
		below = sh.Tour.Lines() + "\n" + below
	}
	if cards := sh.stack[page+1:]; len(cards) > 0 {
		if _, previews := sh.Top().(previewer); !previews {
			body = sh.Styles.BehindCards(body)
		}
		return m.withCards(cards, m.beside(body)+"\n"+below)
	}
	return body + "\n" + below, cursor
}

// withCards draws cards over a frame. The cursor is in the top card.
func (m *Model) withCards(cards []layer, frame string) (string, *tea.Cursor) {
	sh, height := m.Shell, m.height-m.Shell.Tour.height()
	layers := []*lipgloss.Layer{lipgloss.NewLayer(frame)}
	var cursor *tea.Cursor
	for i, l := range cards {
		var text string
		text, cursor = l.View(m.width-8, height-6)
		card := sh.Styles.Card.Render(text)
		if l.Screen != sh.Top() {
			card = m.beside(card)
		}
		w, h := lipgloss.Size(card)
		x, y := (m.width-w)/2, (height-h)/2
		if x < minBeside {
			layers = append(layers, lipgloss.NewLayer(m.beside(cells.Block("", m.width, h))).Y(y).Z(i+1))
		}
		layers = append(layers, lipgloss.NewLayer(card).X(x).Y(y).Z(i+1))
		if cursor != nil {
			cursor.X, cursor.Y = cursor.X+x+3, cursor.Y+y+1
		}
	}
	return lipgloss.NewCanvas(m.width, m.height).Compose(lipgloss.NewCompositor(layers...)).Render(), cursor
}

// footer returns the line with the keys that work now. If the space is short, it
// reduces the gaps and then leaves out keys from the end, but never the keys that
// leave the page and the key of the help, which lists all keys.
func (m *Model) footer() string {
	sh := m.Shell
	h := help.New()
	h.Styles = sh.Styles.Help
	keys := slices.DeleteFunc(sh.Top().ShortHelp(), func(b key.Binding) bool { return !b.Enabled() })
	text := ""
	for _, h.ShortSeparator = range []string{"   ", "  "} {
		if text = m.keyHints(h, keys); cells.Width(text) <= m.width-2 {
			return cells.Block(" "+text, m.width, 1)
		}
	}
	ways := []string{"back", "clear", "change", "decline", "help", "quit", "interrupt"} // the key that leaves the page
	for n := len(keys) - 1; n > 0 && cells.Width(text) > m.width-2; n-- {
		if !slices.Contains(ways, widget.ActionOf(keys[n])) {
			keys = slices.Delete(keys, n, n+1)
			text = m.keyHints(h, keys)
		}
	}
	return cells.Block(" "+text, m.width, 1)
}

func size(w, h int) string { return fmt.Sprintf("%d columns and %d rows", w, h) }
