package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// helpCard is a card with every key of the screen below it.
type helpCard struct {
	sh    *shell
	below screen
}

func newHelp(sh *shell) func(context.Context) screen {
	below := sh.top()
	return func(context.Context) screen { return &helpCard{sh, below} }
}

func (h *helpCard) init() tea.Cmd { return nil }
func (h *helpCard) title() string { return "Keys" }

// update closes the card on any key.
func (h *helpCard) update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		h.sh.closeScreen(h)
	}
	return nil
}

func (h *helpCard) ShortHelp() []key.Binding {
	return []key.Binding{as(h.sh.keys.Back, "close")}
}

func (h *helpCard) FullHelp() [][]key.Binding { return [][]key.Binding{h.ShortHelp()} }

func (h *helpCard) view(width, _ int) (string, *tea.Cursor) {
	st := h.sh.styles
	return "\n" + st.strong.Render(cut("Keys: "+h.below.title(), width)) + "\n\n" + h.columns(width) + h.badge(width) + "\n", nil
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

// badge explains the word in the header that says how sessions are kept.
func (h *helpCard) badge(width int) string {
	if h.sh.opt.Vault != vaultPlain {
		return ""
	}
	st := h.sh.styles
	return "\n\n" + st.warn.Render(vaultPlain) + st.faint.Render(wrap(": your sessions lie unsealed in a file. To seal them: mxinvite vault kind sealed", width-len(vaultPlain)))
}
