package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// dumpInvitePage is the page with the details of an invite in a file.
type dumpInvitePage struct {
	sh     *shell.Shell
	row    row
	scroll widget.Scroll
}

func newFound(sh *shell.Shell, r row) func(context.Context) shell.Screen {
	return func(context.Context) shell.Screen { return &dumpInvitePage{sh: sh, row: r} }
}

func (p *dumpInvitePage) Init() tea.Cmd { return nil }
func (p *dumpInvitePage) Title() string { return "Invite of " + p.row.who() }

func (p *dumpInvitePage) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok {
		p.scroll.Press(press, p.sh.Keys.Keys, p.lines(), p.sh.Height)
	}
	return nil
}

// lines returns the text of the page.
func (p *dumpInvitePage) lines() []string {
	return strings.Split(details(p.sh, p.row, min(p.sh.Width-4, 100)), "\n")
}

func (p *dumpInvitePage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	return []key.Binding{k.Up, k.Down, k.Back, k.Help, k.Quit}
}

func (p *dumpInvitePage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	return [][]key.Binding{p.ShortHelp(), {k.PageUp, k.PageDown, k.Top, k.Bottom, k.Palette}}
}

func (p *dumpInvitePage) View(_, height int) (string, *tea.Cursor) {
	return p.scroll.View(p.sh.Styles, p.lines(), height), nil
}
