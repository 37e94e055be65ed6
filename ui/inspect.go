package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// A Dump is what [Options.Inspect] found in a file of saved room state.
type Dump struct {
	Invites []invite.Invite // the newest first
	Rooms   map[id.RoomID]client.Room
	Facts   invite.Facts // to judge them by
	Unread  string       // what could not be read; empty if all could
}

// inspectPage asks for a file and shows the invites in it. Nobody is signed in,
// and nobody is asked anything.
type inspectPage struct {
	sh      *shell
	ctx     context.Context
	form    *form
	spinner spinner.Model
	busy    bool
	problem error

	file string // that is shown; empty while one is asked for
	dump Dump
	rows []row
	list list[int] // of rows
}

func newInspect(sh *shell) func(context.Context) screen {
	return func(ctx context.Context) screen {
		p := &inspectPage{sh: sh, ctx: ctx, form: newForm(sh), spinner: newSpinner()}
		p.form.add("File", "state.json, of /state, /messages or /sync", "")
		return p
	}
}

func (p *inspectPage) init() tea.Cmd { return nil }

func (p *inspectPage) title() string {
	if p.file == "" {
		return "Look into saved room state"
	}
	return "Invites in " + filepath.Base(p.file)
}

// inspected is what became of reading a file.
type inspected struct {
	file string
	dump Dump
	err  error
}

func (p *inspectPage) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case inspected:
		p.busy, p.problem = false, msg.err
		if msg.err == nil {
			p.show(msg)
		}
	case spinner.TickMsg:
		return turn(&p.spinner, msg, p.busy)
	case tea.PasteMsg:
		if p.asks() {
			return p.form.update(msg)
		}
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

// asks reports whether a file may be named.
func (p *inspectPage) asks() bool { return !p.busy && p.file == "" }

func (p *inspectPage) press(msg tea.KeyPressMsg) tea.Cmd {
	k := p.sh.keys
	switch {
	case p.busy:
	case p.asks() && key.Matches(msg, k.Submit):
		return p.read()
	case p.asks():
		p.problem = nil
		return p.form.update(msg)
	case key.Matches(msg, k.Clear):
		p.file = ""
	case key.Matches(msg, k.Open) && len(p.rows) > 0:
		return p.sh.open(newFound(p.sh, p.rows[p.list.at]))
	default:
		p.list.press(msg, k, p.lines())
		p.list.scroll(p.lines())
	}
	return nil
}

func (p *inspectPage) read() tea.Cmd {
	file := p.form.value(0)
	if file == "" {
		return nil
	}
	p.busy, p.problem = true, nil
	inspect := p.sh.opt.Inspect
	return tea.Batch(p.spinner.Tick, ask(p.ctx, p, func(ctx context.Context) tea.Msg {
		d, err := inspect(ctx, file)
		return inspected{file, d, err}
	}))
}

// show judges what was read.
func (p *inspectPage) show(i inspected) {
	p.file, p.dump, p.rows, p.list = i.file, i.dump, nil, list[int]{}
	for n, found := range p.dump.Invites {
		room := p.dump.Rooms[found.RoomID]
		verdict, warnings := found.Assess(p.dump.Facts)
		p.rows = append(p.rows, row{invite: found, room: &room, facts: &p.dump.Facts, verdict: verdict, warnings: warnings})
		p.list.keys = append(p.list.keys, n)
	}
}

// lines is how many invites fit below the count, an empty line and the columns'
// names.
func (p *inspectPage) lines() int { return max(1, p.sh.height-3) }

func (p *inspectPage) ShortHelp() []key.Binding {
	k := p.sh.keys
	if p.file == "" {
		return []key.Binding{when(!p.busy, k.Submit), k.Back, k.Interrupt}
	}
	return []key.Binding{when(len(p.rows) > 0, k.Open), as(k.Clear, "another file"), k.Help, k.Quit}
}

func (p *inspectPage) FullHelp() [][]key.Binding {
	k := p.sh.keys
	if p.file == "" {
		return [][]key.Binding{p.ShortHelp()}
	}
	return [][]key.Binding{p.ShortHelp(), append(k.moves(len(p.rows) > 0), k.Palette)}
}

func (p *inspectPage) view(width, height int) (string, *tea.Cursor) {
	if p.file != "" {
		return p.found(width, height), nil
	}
	width = min(width-4, 90)
	above := "\n" + wrap("See the invites in what was saved of a homeserver's answers, and whether a homeserver would honour them. Nobody is asked anything.", width) + "\n\n"
	form, cursor := p.form.view(width, p.asks())
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+2, cursor.Y+strings.Count(above, "\n")
	}
	below := ""
	switch {
	case p.busy:
		below = p.spinner.View() + " Reading " + cut(p.form.value(0), width-12) + "…"
	case p.problem != nil:
		below = p.sh.problem(p.problem, width)
	}
	return indent(above+form+"\n\n"+below, 2), cursor
}

// found is the list, with the details beside it where they fit.
func (p *inspectPage) found(width, height int) string {
	st := p.sh.styles
	unread := ""
	if p.dump.Unread != "" {
		unread = st.warn.Render(cut("! "+p.dump.Unread, width/2))
	}
	head := " " + ends(p.counts(), unread, width-2) + "\n\n"
	if len(p.rows) == 0 {
		return head + "   There are no invites by e-mail in it.\n\n" +
			indent(st.faint.Render(wrap("Those that were taken and joined show only in answers of /messages or /sync.", width-6)), 3)
	}
	left := listWidth(width)
	cols := inviteColumns(left)
	lines := []string{cols.head(st, func(_, name string) string { return name })}
	from, to := p.list.window(p.lines())
	for n := from; n < to; n++ {
		lines = append(lines, rowSpot(p.sh, &p.list, n, p.sh.keys.Open, cols.row(p.sh, &p.rows[n], n == p.list.at, false)))
	}
	return head + p.sh.withDetails(strings.Join(lines, "\n"), &p.rows[p.list.at], width, height-2)
}

// counts say how many invites there are, of each status.
func (p *inspectPage) counts() string {
	st := p.sh.styles
	counts := map[invite.Status]int{}
	for _, i := range p.dump.Invites {
		counts[i.Status]++
	}
	words := []string{st.strong.Render(count(len(p.rows), "invite"))}
	for _, s := range invite.Statuses() {
		if counts[s] > 0 {
			words = append(words, st.faint.Render(fmt.Sprintf("%s %d", s, counts[s])))
		}
	}
	return strings.Join(words, "  ")
}
