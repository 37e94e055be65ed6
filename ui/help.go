package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// helpCard is a card with every key of the screen below it.
type helpCard struct {
	sh     *shell
	below  screen
	offset int // lines scrolled away
}

func newHelp(sh *shell) func(context.Context) screen {
	below := sh.top()
	return func(context.Context) screen { return &helpCard{sh: sh, below: below} }
}

func (h *helpCard) init() tea.Cmd { return nil }
func (h *helpCard) title() string { return "Keys" }

// update scrolls where there is more than fits, and closes the card on any other
// key.
func (h *helpCard) update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	lines, height := h.lines()
	last := len(lines) - height
	switch k := h.sh.keys; {
	case last > 0 && key.Matches(press, k.Up, k.PageUp):
		h.offset = max(0, h.offset-max(1, height/2))
	case last > 0 && key.Matches(press, k.Down, k.PageDown):
		h.offset = min(last, h.offset+max(1, height/2))
	default:
		h.sh.closeScreen(h)
	}
	return nil
}

// lines are the groups of keys, and how many of the lines fit.
func (h *helpCard) lines() (lines []string, height int) {
	width := h.sh.width - 8
	return strings.Split(h.columns(width)+h.badge(width), "\n"), max(1, h.sh.height-6)
}

func (h *helpCard) ShortHelp() []key.Binding {
	k := h.sh.keys
	lines, height := h.lines()
	more := len(lines) > height
	return []key.Binding{as(k.Back, "close"), when(more, k.Up), when(more, k.Down)}
}

func (h *helpCard) FullHelp() [][]key.Binding { return [][]key.Binding{h.ShortHelp()} }

func (h *helpCard) view(width, _ int) (string, *tea.Cursor) {
	st := h.sh.styles
	lines, height := h.lines()
	widest := 0
	for _, l := range lines {
		widest = max(widest, lineWidth(l))
	}
	title, shown := "Keys: "+h.below.title(), lines
	if len(lines) > height {
		from := min(h.offset, len(lines)-height)
		shown = lines[from : from+height]
		title = fmt.Sprintf("Keys, %d to %d of %d", from+1, from+height, len(lines))
	}
	text := block(strings.Join(shown, "\n"), widest, len(shown)) // as wide wherever it is scrolled to
	return "\n" + st.strong.Render(cut(title, width)) + "\n\n" + text + "\n", nil
}

// columns puts the groups of keys beside each other, and below where they do
// not fit: none is left out.
func (h *helpCard) columns(width int) string {
	m := help.New()
	m.Styles = h.sh.styles.help
	var rows []string
	row := ""
	for _, group := range h.below.FullHelp() {
		column := m.FullHelpView([][]key.Binding{group})
		if column == "" {
			continue
		}
		column = h.clickable(column, group)
		wider := lipgloss.JoinHorizontal(lipgloss.Top, row, "    ", column)
		switch {
		case row == "":
			row = column
		case lineWidth(wider) <= width:
			row = wider
		default:
			rows, row = append(rows, row, ""), column
		}
	}
	return strings.Join(append(rows, row), "\n")
}

// clickable has each line of a column do what its key does on the screen below.
func (h *helpCard) clickable(column string, group []key.Binding) string {
	lines := strings.Split(column, "\n")
	n := 0
	for _, b := range group {
		if !b.Enabled() {
			continue
		}
		lines[n] = h.sh.button(lines[n], func() tea.Cmd {
			h.sh.closeScreen(h)
			return h.sh.press(run(actionOf(b)))
		})
		n++
	}
	return strings.Join(lines, "\n")
}

// badge explains the word in the header that says how sessions are kept.
func (h *helpCard) badge(width int) string {
	if h.sh.vaultKind != VaultPlain {
		return ""
	}
	st := h.sh.styles
	return "\n\n" + st.warn.Render(unencrypted) + st.faint.Render(wrap(": your sessions are in a file that is not sealed. To seal them: mxinvite vault kind sealed", width-len(unencrypted)))
}
