package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// quitCard asks whether to send revocations that can still be undone, before the
// program ends. While it is open their time does not run out.
type quitCard struct {
	sh      *shell
	batches []*batch
}

func newQuit(sh *shell) func(context.Context) screen {
	return func(context.Context) screen {
		c := &quitCard{sh, sh.revocations.waiting()}
		for _, b := range c.batches {
			b.timers++ // the timer that runs does not count any more
		}
		return c
	}
}

func (c *quitCard) init() tea.Cmd { return nil }
func (c *quitCard) title() string { return "Revoke before you quit?" }

func (c *quitCard) update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	switch keys := c.sh.keys; {
	case !ok:
	case key.Matches(press, keys.Yes):
		return c.finish((*batch).send)
	case key.Matches(press, keys.No):
		return c.stay()
	}
	return nil
}

// undo quits, and nothing is revoked.
func (c *quitCard) undo() tea.Cmd { return c.finish((*batch).undo) }

// finish decides about the revocations and goes on quitting.
func (c *quitCard) finish(decide func(*batch) tea.Cmd) tea.Cmd {
	c.sh.closeScreen(c)
	var cmds []tea.Cmd
	for _, b := range c.batches {
		if !b.decided {
			cmds = append(cmds, decide(b))
		}
	}
	return tea.Batch(append(cmds, c.sh.quit())...)
}

// stay goes on with the program. The time to undo begins anew.
func (c *quitCard) stay() tea.Cmd {
	c.sh.closeScreen(c)
	var cmds []tea.Cmd
	for i := len(c.batches) - 1; i >= 0; i-- { // the latest is the one that is announced
		cmds = append(cmds, c.sh.revocations.startGrace(c.batches[i]))
	}
	return tea.Batch(cmds...)
}

func (c *quitCard) ShortHelp() []key.Binding {
	k := c.sh.keys
	return []key.Binding{keymap.As(k.Yes, "revoke and quit"), keymap.As(k.Undo, "undo and quit"), keymap.As(k.No, "stay")}
}

func (c *quitCard) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *quitCard) view(width, _ int) (string, *tea.Cursor) {
	st := c.sh.styles
	width = min(width, 60)
	var what []string
	for _, b := range c.batches {
		what = append(what, b.what)
	}
	text := "You can still undo the revocation of " + cells.Cut(strings.Join(what, " and of "), 3*width) + "."
	lines := []string{"", st.Strong.Render(c.title()), "", cells.Wrap(text, width), ""}
	for _, b := range c.ShortHelp() {
		lines = append(lines, c.sh.keySpot(st.Accent.Render(cells.Pad(b.Help().Key, 5))+b.Help().Desc, b))
	}
	return strings.Join(append(lines, ""), "\n"), nil
}

// undoRevocation undoes what was confirmed last; when the user is about to quit, all.
func undoRevocation(sh *shell) tea.Cmd {
	if c, asked := sh.top().(*quitCard); asked {
		return c.undo()
	}
	return sh.revocations.undo()
}
