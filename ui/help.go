package ui

import (
	"context"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
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
	m := help.New()
	m.Styles = st.help
	m.SetWidth(width)
	return "\n" + st.strong.Render(cut("Keys: "+h.below.title(), width)) + "\n\n" + m.FullHelpView(h.below.FullHelp()) + "\n", nil
}
