package shell

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
)

// Confirm is a card that asks for confirmation before an action.
type Confirm struct {
	sh             *Shell
	question, what string
	concerned      []string // what the action concerns, one per line; empty if the question names it
	yes            func() tea.Cmd
}

// NewConfirm returns a card that asks about one thing. It calls yes if the user
// confirms.
func NewConfirm(sh *Shell, question, what string, yes func() tea.Cmd) func(context.Context) Screen {
	return NewConfirmAll(sh, question, nil, what, yes)
}

// NewConfirmAll returns a card that asks about several things and lists them.
func NewConfirmAll(sh *Shell, question string, concerned []string, what string, yes func() tea.Cmd) func(context.Context) Screen {
	return func(context.Context) Screen { return &Confirm{sh, question, what, concerned, yes} }
}

func (c *Confirm) Init() tea.Cmd { return nil }
func (c *Confirm) Title() string { return c.question }

func (c *Confirm) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok:
	case key.Matches(press, c.sh.Keys.Yes):
		c.sh.CloseScreen(c)
		return c.yes()
	case key.Matches(press, c.sh.Keys.No):
		c.sh.CloseScreen(c)
	}
	return nil
}

func (c *Confirm) ShortHelp() []key.Binding  { return []key.Binding{c.sh.Keys.Yes, c.sh.Keys.No} }
func (c *Confirm) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *Confirm) View(width, height int) (string, *tea.Cursor) {
	const (
		empty  = 6 // lines around and between the parts, and the line with the keys
		margin = 3 // the text takes more lines than usual
	)
	st := c.sh.Styles
	width = min(width, 60)
	question, what := cells.Wrap(cells.Cut(c.question, 2*width), width), cells.Wrap(cells.Cut(c.what, 6*width), width)
	text := "\n" + st.Strong.Render(question) + "\n\n"
	if len(c.concerned) > 0 {
		text += firstOf(c.concerned, height+margin-empty-cells.Height(question)-cells.Height(what), width) + "\n\n"
	}
	return text + what + "\n\n" + YesOrNo(c.sh) + "\n", nil
}

// firstOf returns the lines that fit. If some are left out, the last line gives their
// number.
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

// YesOrNo returns the names of the keys that answer a question.
func YesOrNo(sh *Shell) string {
	st, k := sh.Styles, sh.Keys
	return sh.KeySpot(st.Accent.Render(k.Yes.Help().Key)+" yes", k.Yes) + "   " + sh.KeySpot(st.Accent.Render(k.No.Help().Key)+" no", k.No)
}
