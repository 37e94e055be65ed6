package ui

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// maxCopied is the maximum size of a text that is copied through the terminal, in
// bytes. Some terminals silently drop longer ones.
const maxCopied = 64 << 10

// A format is a file format for invites.
type format struct{ name, extension, words string }

func formats() []format {
	return []format{
		{"csv", ".csv", "CSV, for spreadsheets"},
		{"json", ".json", "JSON, for scripts"},
		{"markdown", ".md", "Markdown, for reading"},
	}
}

// exportCard is a card to choose the format and the file in which the shown invites
// are written.
type exportCard struct {
	sh        *shell.Shell
	ctx       context.Context
	invites   []invite.Invite
	shownText string       // describes the invites
	at        int          // index of the selected format
	form      *widget.Form // with the path of the file; nil if the text is copied
	busy      bool
	problem   error
}

func newExport(sh *shell.Shell, invites []invite.Invite, which string) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		c := &exportCard{sh: sh, ctx: ctx, invites: invites, shownText: which}
		if sh.Options.Export.Path != nil {
			c.form = sh.NewForm()
			c.form.Add("File", "full path", "")
		}
		return c
	}
}

func (c *exportCard) Title() string { return "Export" }

// suggestedPath is the result of asking for a path.
type suggestedPath string

func (c *exportCard) Init() tea.Cmd {
	if c.form == nil {
		return nil
	}
	suggest, account, invites := c.sh.Options.Export.Path, c.sh.Account, c.invites
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		return suggestedPath(suggest(ctx, account, formats()[0].name, invites))
	})
}

func (c *exportCard) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case suggestedPath:
		if c.form.Value(0) == "" {
			c.setPath(string(msg))
			c.setExtension()
		}
	case exported:
		return c.done(msg)
	case tea.PasteMsg:
		return c.enter(msg)
	case tea.KeyPressMsg:
		return c.press(msg)
	}
	return nil
}

func (c *exportCard) press(msg tea.KeyPressMsg) tea.Cmd {
	switch k := c.sh.Keys; {
	case c.busy:
	case key.Matches(msg, k.Submit):
		return c.export(false)
	case key.Matches(msg, k.Next):
		c.choose(c.at + 1)
	case key.Matches(msg, k.Prev):
		c.choose(c.at - 1)
	default:
		return c.enter(msg)
	}
	return nil
}

// choose selects a format and sets the extension of the file to match.
func (c *exportCard) choose(n int) {
	c.at = max(0, min(n, len(formats())-1))
	c.problem = nil
	c.setExtension()
}

func (c *exportCard) setPath(path string) {
	c.form.Fields[0].Input.SetValue(path)
	c.form.Fields[0].Input.CursorEnd()
}

// setExtension replaces the extension of another format by that of the selected one.
func (c *exportCard) setExtension() {
	if c.form == nil {
		return
	}
	typed := c.form.Value(0)
	if n := formatOf(typed); n >= 0 && n != c.at {
		c.setPath(strings.TrimSuffix(typed, path.Ext(typed)) + formats()[c.at].extension)
	}
}

// formatOf returns the index of the format with the extension of a file; -1 for none.
func formatOf(name string) int {
	return slices.IndexFunc(formats(), func(f format) bool { return f.extension == strings.ToLower(path.Ext(name)) })
}

// enter handles typed text. If the file gets the extension of another format, it
// selects that format.
func (c *exportCard) enter(msg tea.Msg) tea.Cmd {
	if c.form == nil || c.busy {
		return nil
	}
	before := c.form.Value(0)
	cmd := c.form.Update(msg)
	if typed := c.form.Value(0); typed != before {
		c.problem = nil
		if n := formatOf(typed); n >= 0 {
			c.at = n
		}
	}
	return cmd
}

// exported is the result of writing.
type exported struct {
	shell.Exported
	err error
}

func (c *exportCard) export(overwrite bool) tea.Cmd {
	e := shell.Export{Account: c.sh.Account, Format: formats()[c.at].name, Overwrite: overwrite, Invites: c.invites}
	if c.form != nil {
		if e.Path = c.form.Value(0); e.Path == "" {
			return nil
		}
	}
	c.busy, c.problem = true, nil
	write := c.sh.Options.Export.Write
	return shell.Ask(c.ctx, c, func(ctx context.Context) tea.Msg {
		done, err := write(ctx, e)
		return exported{done, err}
	})
}

func (c *exportCard) done(e exported) tea.Cmd {
	c.busy = false
	if c.problem = e.err; e.err != nil {
		return nil
	}
	if e.Exists {
		return c.sh.OpenCard(shell.NewConfirm(c.sh, "Overwrite the file?", e.Path+" already exists. Its contents will be lost.",
			func() tea.Cmd { return c.export(true) }))
	}
	c.sh.CloseScreen(c)
	switch n := phrase.Count(len(c.invites), "invite"); {
	case e.Text == "":
		c.sh.ShowSuccess("Wrote %s to %s.", n, e.Path)
	case len(e.Text) > maxCopied:
		c.sh.Notice = shell.Notice{Text: "Too long to copy through a terminal. Filter the list and export fewer invites.", Bad: true}
	default:
		c.sh.ShowSuccess("Copied %s.", n)
		return tea.SetClipboard(e.Text)
	}
	return nil
}

// ArrowsMove returns true, because letters are text for the path.
func (c *exportCard) ArrowsMove() bool { return true }

func (c *exportCard) ShortHelp() []key.Binding {
	k := c.sh.Keys
	does := "copy"
	if c.form != nil {
		does = "write the file"
	}
	return []key.Binding{keymap.When(!c.busy, keymap.As(k.Submit, does)), keymap.When(!c.busy, keymap.As(k.Next, "next format")), k.Back, k.Interrupt}
}

func (c *exportCard) FullHelp() [][]key.Binding {
	return [][]key.Binding{c.ShortHelp(), {keymap.When(!c.busy, keymap.As(c.sh.Keys.Prev, "previous format"))}}
}

func (c *exportCard) View(width, height int) (string, *tea.Cursor) {
	const spacious = 14 // minimum number of lines for a layout with empty lines between the parts
	st := c.sh.Styles
	width = min(width, 76)
	var lines []string
	space := func() {
		if height >= spacious {
			lines = append(lines, "")
		}
	}
	space()
	lines = append(lines, st.Strong.Render("Export "+phrase.Count(len(c.invites), "invite")))
	space()
	lines = append(lines, strings.Split(cells.Wrap(cells.Cut(c.shownText, 2*width), width), "\n")...)
	space()
	for n, f := range formats() {
		chosen := n == c.at
		line := st.Row(chosen, " ", st.ForRow(chosen).Name.Render(f.words), width)
		lines = append(lines, c.sh.Spot(line, func() tea.Cmd { c.choose(n); return nil }))
	}
	space()
	var cursor *tea.Cursor
	if c.form != nil {
		var file string
		if file, cursor = c.form.View(width, true); cursor != nil {
			cursor.Y = len(lines)
		}
		lines = append(lines, file)
		space()
	}
	lines = append(lines, c.status(width))
	space()
	return strings.Join(lines, "\n"), cursor
}

// status returns the text below the form: the progress, the error, or what happens next.
func (c *exportCard) status(width int) string {
	st := c.sh.Styles
	switch {
	case c.busy:
		return "Writing…"
	case c.problem != nil:
		return c.sh.RenderError(c.problem, width)
	case c.form == nil:
		return st.Faint.Render(cells.Wrap("The text is copied through your terminal.", width))
	}
	return st.Faint.Render(cells.Wrap("Nothing is written before you press enter.", width))
}

// which describes which invites are shown, and in which order.
func (t *inviteTable) which() string {
	filter := t.Filter.Text()
	words := []string{fmt.Sprintf("%d of %s", len(t.List.Keys), phrase.Count(len(t.Rows), "invite"))}
	switch {
	case t.tab == (tab{}) && filter == "":
		words = []string{"All invites of your rooms"}
	case t.tab.look:
		words = append(words, "those that need a look")
	case t.tab.status != "":
		words = append(words, "status "+string(t.tab.status))
	}
	if filter != "" {
		words = append(words, "filter "+filter)
	}
	return strings.Join(append(words, "sorted by "+t.Orders[t.By].Name), ", ") + "."
}
