package shell

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
)

// QuitCard asks whether to send revocations that can still be undone, before the
// program ends. While it is open their time does not run out.
type QuitCard struct {
	sh      *Shell
	batches []*batch
}

func newQuit(sh *Shell) func(context.Context) Screen {
	return func(context.Context) Screen {
		c := &QuitCard{sh, sh.Revocations.waiting()}
		for _, b := range c.batches {
			b.timers++ // ignore the running timer
		}
		return c
	}
}

func (c *QuitCard) Init() tea.Cmd { return nil }
func (c *QuitCard) Title() string { return "Revoke before you quit?" }

func (c *QuitCard) Update(msg tea.Msg) tea.Cmd {
	press, ok := msg.(tea.KeyPressMsg)
	switch keys := c.sh.Keys; {
	case !ok:
	case key.Matches(press, keys.Yes):
		return c.finish((*batch).send)
	case key.Matches(press, keys.No):
		return c.stay()
	}
	return nil
}

// undo quits without revoking any invite.
func (c *QuitCard) undo() tea.Cmd { return c.finish((*batch).undo) }

// finish decides about the revocations and goes on quitting.
func (c *QuitCard) finish(decide func(*batch) tea.Cmd) tea.Cmd {
	c.sh.CloseScreen(c)
	var cmds []tea.Cmd
	for _, b := range c.batches {
		if !b.decided {
			cmds = append(cmds, decide(b))
		}
	}
	return tea.Batch(append(cmds, c.sh.quit())...)
}

// stay does not quit. The time to undo starts again.
func (c *QuitCard) stay() tea.Cmd {
	c.sh.CloseScreen(c)
	var cmds []tea.Cmd
	for i := len(c.batches) - 1; i >= 0; i-- { // the notice of the latest batch replaces the others
		cmds = append(cmds, c.sh.Revocations.startUndoPeriod(c.batches[i]))
	}
	return tea.Batch(cmds...)
}

func (c *QuitCard) ShortHelp() []key.Binding {
	k := c.sh.Keys
	return []key.Binding{keymap.As(k.Yes, "revoke and quit"), keymap.As(k.Undo, "undo and quit"), keymap.As(k.No, "stay")}
}

func (c *QuitCard) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }

func (c *QuitCard) View(width, _ int) (string, *tea.Cursor) {
	st := c.sh.Styles
	width = min(width, 60)
	var what []string
	for _, b := range c.batches {
		what = append(what, b.what)
	}
	text := "You can still undo the revocation of " + cells.Cut(strings.Join(what, " and of "), 3*width) + "."
	lines := []string{"", st.Strong.Render(c.Title()), "", cells.Wrap(text, width), ""}
	for _, b := range c.ShortHelp() {
		lines = append(lines, c.sh.KeySpot(st.Accent.Render(cells.Pad(b.Help().Key, 5))+b.Help().Desc, b))
	}
	return strings.Join(append(lines, ""), "\n"), nil
}

// undoRevocation undoes the last confirmed revocation. While the QuitCard is open,
// it undoes all of them.
func undoRevocation(sh *Shell) tea.Cmd {
	if c, asked := sh.Top().(*QuitCard); asked {
		return c.undo()
	}
	return sh.Revocations.undo()
}
