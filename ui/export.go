package ui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
)

// mostCopied is how long a text may be that the terminal is given to copy:
// longer ones are dropped by some without a word.
const mostCopied = 64 << 10

// exportCard chooses how the invites that are shown are written down.
type exportCard struct {
	sh      *shell
	ctx     context.Context
	invites []invite.Invite
	list    list[string] // of formats
	busy    bool
	problem error
}

func newExport(sh *shell, invites []invite.Invite) func(context.Context) screen {
	return func(ctx context.Context) screen {
		return &exportCard{sh: sh, ctx: ctx, invites: invites, list: list[string]{keys: []string{"csv", "json", "markdown"}}}
	}
}

func (c *exportCard) init() tea.Cmd { return nil }
func (c *exportCard) title() string { return "Export" }

// exported is how it ended.
type exported struct {
	Exported
	err error
}

func (c *exportCard) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case exported:
		return c.done(msg)
	case tea.KeyPressMsg:
		switch {
		case c.busy:
		case key.Matches(msg, c.sh.keys.Submit):
			return c.export()
		default:
			c.list.press(msg, c.sh.keys, len(c.list.keys))
		}
	}
	return nil
}

func (c *exportCard) export() tea.Cmd {
	c.busy, c.problem = true, nil
	export, account, format, invites := c.sh.opt.Export, c.sh.account, c.list.keys[c.list.at], c.invites
	return ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		e, err := export(ctx, account, format, invites)
		return exported{e, err}
	})
}

func (c *exportCard) done(e exported) tea.Cmd {
	c.busy = false
	if c.problem = e.err; e.err != nil {
		return nil
	}
	c.sh.closeScreen(c)
	switch n := count(len(c.invites), "invite"); {
	case e.Text == "":
		c.sh.say("Wrote %s to %s.", n, e.Where)
	case len(e.Text) > mostCopied:
		c.sh.notice = notice{text: "That is too much for the clipboard of a terminal. Filter the list, and export what is left.", bad: true}
	default:
		c.sh.say("Copied %s.", n)
		return tea.SetClipboard(e.Text)
	}
	return nil
}

func (c *exportCard) ShortHelp() []key.Binding {
	k := c.sh.keys
	return []key.Binding{when(!c.busy, as(k.Submit, "export")), k.Up, k.Down, k.Back, k.Interrupt}
}

func (c *exportCard) FullHelp() [][]key.Binding {
	return [][]key.Binding{c.ShortHelp(), c.sh.keys.moves(!c.busy)}
}

func (c *exportCard) view(width, _ int) (string, *tea.Cursor) {
	st := c.sh.styles
	width = min(width, 60)
	lines := []string{"", st.strong.Render("Export " + count(len(c.invites), "invite")), ""}
	for n, name := range []string{"CSV, for spreadsheets", "JSON, for scripts", "Markdown, for reading"} {
		chosen := n == c.list.at
		st := st.lit(chosen)
		lines = append(lines, rowSpot(c.sh, &c.list, n, c.sh.keys.Submit, st.row(chosen, " ", st.name.Render(name), width)))
	}
	text := strings.Join(lines, "\n") + "\n\n"
	switch {
	case c.busy:
		text += "Writing…"
	case c.problem != nil:
		text += c.sh.problem(c.problem, width)
	default:
		text += st.faint.Render(wrap("Those that are shown now, in this order.", width))
	}
	return text + "\n", nil
}
