package ui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// confirm is a card that asks before something is done.
type confirm struct {
	sh             *shell
	question, what string
	yes            func() tea.Cmd
}

func newConfirm(sh *shell, question, what string, yes func() tea.Cmd) func(context.Context) screen {
	return func(context.Context) screen { return &confirm{sh, question, what, yes} }
}

func (c *confirm) init() tea.Cmd { return nil }
func (c *confirm) title() string { return c.question }

func (c *confirm) update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok:
	case key.Matches(press, c.sh.keys.Yes):
		c.sh.closeScreen(c)
		return c.yes()
	case key.Matches(press, c.sh.keys.No):
		c.sh.closeScreen(c)
	}
	return nil
}

func (c *confirm) ShortHelp() []key.Binding  { return []key.Binding{c.sh.keys.Yes, c.sh.keys.No} }
func (c *confirm) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *confirm) view(width, _ int) (string, *tea.Cursor) {
	st := c.sh.styles
	width = min(width, 60)
	return "\n" + st.strong.Render(wrap(cut(c.question, 2*width), width)) + "\n\n" + wrap(cut(c.what, 6*width), width) + "\n\n" +
		c.sh.yesOrNo() + "\n", nil
}

// yesOrNo names the keys that answer a question.
func (sh *shell) yesOrNo() string {
	st, k := sh.styles, sh.keys
	return sh.keySpot(st.accent.Render(k.Yes.Help().Key)+" yes", k.Yes) + "   " + sh.keySpot(st.accent.Render(k.No.Help().Key)+" no", k.No)
}
