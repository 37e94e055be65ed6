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

// crumbs is how many cells of the page beside a card are too few to be read.
const crumbs = 10

// statusLines returns the number of lines for notices between the page and the
// footer. A low terminal has no space for them.
func statusLines(height int) int {
	if height < 20 {
		return 0
	}
	return 1
}

// tooSmall reports whether nothing of the page is shown for lack of room.
func (m *Model) tooSmall() bool { return m.width < MinWidth || m.height < MinHeight }

// sizes says how large a terminal would do.
func (m *Model) sizes() string {
	text := "mxinvite needs " + size(MinWidth, MinHeight) + ".\nThis terminal has " + size(m.width, m.height) + "."
	return cells.Block(ansi.Wrap(text, max(1, m.width), ""), m.width, m.height)
}

// frame is the page on top with a header and its keys around it, and over it the
// cards.
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
		// What does not fit into the status line covers the last lines, so that
		// nothing on the page moves.
		shown := min(sh.Height, height-cells.Height(text))
		body = cells.Block(body, sh.Width, shown) + "\n" + text
		if cursor != nil && cursor.Y > shown {
			cursor = nil // it is covered
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

// withCards lays cards over a frame. The cursor is in the one on top.
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
		if x < crumbs {
			layers = append(layers, lipgloss.NewLayer(m.beside(cells.Block("", m.width, h))).Y(y).Z(i+1))
		}
		layers = append(layers, lipgloss.NewLayer(card).X(x).Y(y).Z(i+1))
		if cursor != nil {
			cursor.X, cursor.Y = cursor.X+x+3, cursor.Y+y+1
		}
	}
	return lipgloss.NewCanvas(m.width, m.height).Compose(lipgloss.NewCompositor(layers...)).Render(), cursor
}

// footer is the keys that work now, closer together where there is little room.
// Where there is less, some are only in the help, which is named at the end.
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
	ways := []string{"back", "clear", "change", "decline", "help", "quit", "interrupt"} // out of here
	for n := len(keys) - 1; n > 0 && cells.Width(text) > m.width-2; n-- {
		if !slices.Contains(ways, widget.ActionOf(keys[n])) {
			keys = slices.Delete(keys, n, n+1)
			text = m.keyHints(h, keys)
		}
	}
	return cells.Block(" "+text, m.width, 1)
}

func size(w, h int) string { return fmt.Sprintf("%d columns and %d rows", w, h) }
