package ui

import (
	"context"
	"path/filepath"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// inspectPage asks for a file and shows the invites in it. The user is not signed
// in, and the page sends no requests.
type inspectPage struct {
	sh      *shell.Shell
	ctx     context.Context
	form    *widget.Form
	spinner spinner.Model
	busy    bool
	problem error

	file    string // the open file; empty while the page asks for one
	dump    shell.Dump
	invites *inviteTable
}

func newInspect(sh *shell.Shell) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &inspectPage{sh: sh, ctx: ctx, form: sh.NewForm(), spinner: widget.NewSpinner()}
		p.form.Add("File", "state.json, from /state, /messages or /sync", "")
		return p
	}
}

func (p *inspectPage) Init() tea.Cmd { return nil }

func (p *inspectPage) Title() string {
	if p.file == "" {
		return "Inspect saved room state"
	}
	return "Invites in " + filepath.Base(p.file)
}

// inspected is the result of reading a file.
type inspected struct {
	file string
	dump shell.Dump
	err  error
}

func (p *inspectPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case inspected:
		p.busy, p.problem = false, msg.err
		if msg.err == nil {
			p.show(msg)
		}
	case spinner.TickMsg:
		return widget.UpdateSpinner(&p.spinner, msg, p.busy)
	case tea.PasteMsg:
		switch {
		case p.asks():
			return p.form.Update(msg)
		case p.typesFilter():
			return p.invites.Typed(msg)
		}
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

// asks reports whether the page asks for a file.
func (p *inspectPage) asks() bool { return !p.busy && p.file == "" }

func (p *inspectPage) press(msg tea.KeyPressMsg) tea.Cmd {
	k := p.sh.Keys
	switch {
	case p.busy:
	case p.asks() && key.Matches(msg, k.Submit):
		return p.read()
	case p.asks():
		p.problem = nil
		return p.form.Update(msg)
	case p.typesFilter():
		return p.invites.PressInFilter(msg)
	case key.Matches(msg, k.Clear) && !p.invites.CanClear():
		p.file = ""
	case len(p.invites.Rows) == 0:
	case key.Matches(msg, k.Open):
		if r, some := p.invites.Selected(); some {
			return p.sh.Open(newFound(p.sh, *r))
		}
	case key.Matches(msg, k.Mark, k.MarkAll): // there are no actions for invites from a file
	default:
		p.invites.press(msg)
	}
	return nil
}

// typesFilter reports whether the filter has the cursor.
func (p *inspectPage) typesFilter() bool { return p.file != "" && p.invites.Filter.Typing }

// ArrowsMove reports whether the arrow keys move in the list while the user types.
func (p *inspectPage) ArrowsMove() bool { return p.typesFilter() }

func (p *inspectPage) read() tea.Cmd {
	file := p.form.Value(0)
	if file == "" {
		return nil
	}
	p.busy, p.problem = true, nil
	inspect := p.sh.Options.Inspect
	return tea.Batch(p.spinner.Tick, shell.Ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		d, err := inspect(ctx, file)
		return inspected{file, d, err}
	}))
}

// show evaluates the invites of the file and lists them.
func (p *inspectPage) show(i inspected) {
	p.file, p.dump, p.invites = i.file, i.dump, newInviteTable(p.sh)
	rooms := map[id.RoomID]*client.Room{}
	for id, room := range p.dump.Rooms {
		rooms[id] = &room
	}
	var all []row
	for _, found := range p.dump.Invites {
		room, known := rooms[found.RoomID]
		if !known {
			room = &client.Room{ID: found.RoomID}
			rooms[found.RoomID] = room
		}
		verdict, warnings := found.Assess(p.dump.Facts)
		all = append(all, row{invite: &found, room: room, facts: &p.dump.Facts, verdict: verdict, warnings: warnings})
	}
	p.invites.set(rooms, all)
}

func (p *inspectPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	switch {
	case p.file == "":
		return []key.Binding{keymap.When(!p.busy, k.Submit), k.Back, k.Interrupt}
	case p.invites.Filter.Typing:
		return shell.TypingHelp(p.sh, p.invites.Filter.HasCompletions())
	}
	_, some := p.invites.Selected()
	filled, leave := len(p.invites.Rows) > 0, keymap.As(k.Clear, "another file")
	if p.invites.CanClear() {
		leave = keymap.As(k.Clear, "clear filter")
	}
	return []key.Binding{keymap.When(some, k.Open), keymap.When(filled, k.NextStatus), keymap.When(filled, k.Filter), leave, k.Help, k.Quit}
}

func (p *inspectPage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	if p.file == "" || p.invites.Filter.Typing {
		return [][]key.Binding{p.ShortHelp()}
	}
	_, some := p.invites.Selected()
	filled := len(p.invites.Rows) > 0
	return [][]key.Binding{
		p.ShortHelp(),
		append(k.Moves(some), keymap.When(filled, k.PrevStatus), keymap.When(filled, k.Sort), keymap.When(filled, k.Reverse), k.Palette),
	}
}

func (p *inspectPage) View(width, height int) (string, *tea.Cursor) {
	if p.file != "" {
		return p.found(width, height)
	}
	width = min(width-4, 90)
	above := "\n" + cells.Wrap("Shows the invites in a saved response of a homeserver, and whether a homeserver would honour them. No server is contacted.", width) + "\n\n"
	form, cursor := p.form.View(width, p.asks())
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+strings.Count(above, "\n")
	}
	below := ""
	switch {
	case p.busy:
		below = p.spinner.View() + " Reading " + cells.Cut(p.form.Value(0), width-12) + "…"
	case p.problem != nil:
		below = p.sh.RenderError(p.problem, width)
	}
	return cells.Indent(above+form+"\n\n"+below, 2), cursor
}

// found draws the list, and the details beside it if they fit.
func (p *inspectPage) found(width, height int) (string, *tea.Cursor) {
	st := p.sh.Styles
	end := p.invites.Summary()
	if p.dump.Unread != "" {
		unread := st.Warn.Render("! " + cells.Cut(p.dump.Unread, width/2))
		if cells.Width(end.Long) > 0 {
			unread += "  "
		}
		end = widget.Summary{Long: unread + end.Long, Short: st.Warn.Render("!") + " " + end.Short}
	}
	if len(p.dump.Invites) == 0 && p.dump.Unread != "" {
		return " " + cells.Ends("no invites could be read", end.Long, width-2) + "\n\n" +
			cells.Indent(cells.Wrap(p.dump.Unread, width-6), 3), nil
	}
	if len(p.invites.Rows) == 0 {
		return " " + cells.Ends("no invites", end.Long, width-2) + "\n\n   The file contains no invites by e-mail.\n\n" +
			cells.Indent(st.Faint.Render(cells.Wrap("Accepted invites of joined users appear only in responses of /messages and /sync.", width-6)), 3), nil
	}
	return p.invites.view(width, height, end)
}
