package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// confirm is a card that asks before something is done.
type confirm struct {
	sh             *shell
	question, what string
	concerned      []string // each a line; empty where the question names it
	yes            func() tea.Cmd
}

func newConfirm(sh *shell, question, what string, yes func() tea.Cmd) func(context.Context) screen {
	return newConfirmAll(sh, question, nil, what, yes)
}

// newConfirmAll returns a card that asks about several things, and names them.
func newConfirmAll(sh *shell, question string, concerned []string, what string, yes func() tea.Cmd) func(context.Context) screen {
	return func(context.Context) screen { return &confirm{sh, question, what, concerned, yes} }
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

func (c *confirm) view(width, height int) (string, *tea.Cursor) {
	const (
		empty  = 6 // lines around and between the parts, and the one with the keys
		margin = 3 // more lines than a card has by itself
	)
	st := c.sh.styles
	width = min(width, 60)
	question, what := cells.Wrap(cells.Cut(c.question, 2*width), width), cells.Wrap(cells.Cut(c.what, 6*width), width)
	text := "\n" + st.Strong.Render(question) + "\n\n"
	if len(c.concerned) > 0 {
		text += firstOf(c.concerned, height+margin-empty-cells.Height(question)-cells.Height(what), width) + "\n\n"
	}
	return text + what + "\n\n" + yesOrNo(c.sh) + "\n", nil
}

// firstOf is as many lines as fit, of which the last says how many more there are.
func firstOf(lines []string, fits, width int) string {
	const most = 12
	fits = max(2, min(fits, most))
	if more := len(lines) - fits; more > 0 {
		lines = append(lines[:fits-1:fits-1], fmt.Sprintf("and %d more", more+1))
	}
	shown := make([]string, len(lines))
	for n, l := range lines {
		shown[n] = "  " + cells.Cut(l, width-2)
	}
	return strings.Join(shown, "\n")
}

// yesOrNo names the keys that answer a question.
func yesOrNo(sh *shell) string {
	st, k := sh.styles, sh.keys
	return sh.keySpot(st.Accent.Render(k.Yes.Help().Key)+" yes", k.Yes) + "   " + sh.keySpot(st.Accent.Render(k.No.Help().Key)+" no", k.No)
}
