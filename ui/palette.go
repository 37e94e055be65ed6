package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// palette is a card that finds an action of the screen below it, or a setting, by
// its name or a synonym.
type palette struct {
	sh    *shell
	below screen
	form  *widget.Form
	list  widget.List[string] // of names of entries that match what is typed
	typed bool                // what is typed names the first entry
	moved bool                // the cursor was moved
}

// An excuser is a screen that knows why a key does not work at the moment. It is
// asked only about those; nothing means the usual reason.
type excuser interface {
	whyNot(action string) string
}

func newPalette(sh *shell) func(context.Context) screen {
	below := sh.top()
	return func(context.Context) screen {
		p := &palette{sh: sh, below: below, form: sh.newForm()}
		p.form.Add("Action", "type to find an action or a setting", "")
		p.find()
		return p
	}
}

// opensPalette reports whether a key opens the palette over the screen on top.
// Where text is typed only a key that is no text does.
func opensPalette(sh *shell, msg tea.KeyPressMsg) bool {
	return offers(sh.top(), sh.keys.Help) || msg.Text == "" && offers(sh.top(), sh.keys.Interrupt)
}

func (p *palette) init() tea.Cmd { return nil }
func (p *palette) title() string { return "Actions" }

// find keeps the entries that match what is typed, the best match first.
func (p *palette) find() {
	type found struct {
		name string
		widget.Match
	}
	var all []found
	typed := p.form.Value(0)
	for _, e := range p.entries() {
		if m, ok := widget.MatchOf(typed, e.title, keymap.Synonyms(e.name), e.does); ok {
			all = append(all, found{e.name, m})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(b.Score, a.Score) })
	names := make([]string, len(all))
	for n, f := range all {
		names[n] = f.name
	}
	p.list.Set(names)
	p.list.Scroll(p.lines())
	p.typed = typed != "" && len(all) > 0 && all[0].Close
}

func (p *palette) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg, outboxMsg, revokedMsg, settingKeptMsg:
		p.find()
	case tea.PasteMsg:
		return p.enter(msg)
	case tea.KeyPressMsg:
		keys := p.sh.keys
		switch {
		case key.Matches(msg, keys.Submit):
			return p.choose()
		case widget.MovesWhileTyping(msg):
			p.move(msg)
		default:
			return p.enter(msg)
		}
	}
	return nil
}

// move moves the cursor. The first move shows it on the first entry, if what is
// typed did not, and the way back up hides it.
func (p *palette) move(msg tea.KeyPressMsg) {
	at := p.list.At
	if p.meant() {
		p.list.Press(msg, p.sh.keys.Keys, p.lines())
		p.list.Scroll(p.lines())
	}
	p.moved = at != 0 || p.list.At != 0 || !strings.HasSuffix(msg.String(), "up")
}

// meant reports whether the user has chosen the entry under the cursor.
func (p *palette) meant() bool { return p.typed || p.moved }

func (p *palette) enter(msg tea.Msg) tea.Cmd {
	before := p.form.Value(0)
	cmd := p.form.Update(msg)
	if p.form.Value(0) != before {
		p.list.At, p.list.Offset, p.list.Keys = 0, 0, nil
		p.moved = false
		p.find()
	}
	return cmd
}

// current is the entry that is selected.
func (p *palette) current() (e entry, ok bool) {
	name, some := p.list.Current()
	if !some || !p.meant() {
		return entry{}, false
	}
	return p.entry(name)
}

// choose does what the entry under the cursor says, if it works and is the one
// that was meant.
func (p *palette) choose() tea.Cmd {
	e, ok := p.current()
	if !ok || e.off != "" {
		return nil
	}
	p.sh.closeScreen(p)
	return e.run()
}

// click does what an entry says, as a menu does.
func (p *palette) click(n int) tea.Cmd {
	p.list.At, p.moved = n, true
	return p.choose()
}

// arrows is true: letters are typed, and find.
func (p *palette) ArrowsMove() bool { return true }

func (p *palette) ShortHelp() []key.Binding {
	k := p.sh.keys
	e, ok := p.current()
	return []key.Binding{keymap.When(ok && e.off == "", keymap.As(k.Submit, "run")), k.Back}
}

func (p *palette) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

// lines is how many entries are shown: always as many, so that the card keeps
// its size while one types.
func (p *palette) lines() int { return max(1, min(14, p.sh.height-9)) }

func (p *palette) view(width, _ int) (string, *tea.Cursor) {
	st := p.sh.styles
	width = min(width, 76)
	input, cursor := p.form.View(width, true)
	if cursor != nil {
		cursor.Y++
	}
	lines := []string{"", input, ""}
	from, to := p.list.Window(p.lines())
	for n := from; n < to; n++ {
		if e, ok := p.entry(p.list.Keys[n]); ok {
			lines = append(lines, p.sh.button(p.line(e, n == p.list.At && p.meant(), width), func() tea.Cmd { return p.click(n) }))
		}
	}
	if len(p.list.Keys) == 0 {
		lines = append(lines, "  "+st.Faint.Render("No action matches."))
	}
	return cells.Block(strings.Join(lines, "\n"), width, p.lines()+3) + "\n\n" + st.Faint.Render(cells.Fit(p.says(), width)), cursor
}

// says is the line below the entries.
func (p *palette) says() string {
	e, ok := p.current()
	switch {
	case ok:
		return e.does
	case len(p.list.Keys) == 0:
		return ""
	case p.form.Value(0) == "":
		return "Type, or choose with the arrow keys."
	}
	return "No exact match. Choose with the arrow keys."
}

// line is an entry with its key or value, or why it does not work.
func (p *palette) line(e entry, chosen bool, width int) string {
	const keyWidth = 10
	st := p.sh.styles
	st = st.Lit(chosen && e.off == "")
	inner := width - 3 // beside the cursor, and before the edge
	if e.off == "" {
		right := cells.Pad(e.right, keyWidth)
		return st.Row(chosen, " ", cells.Ends(st.Name.Render(e.title), st.Accent.Render(right), inner), width)
	}
	name := st.Faint.Render(e.title)
	reason := cells.Cut(e.off, inner-cells.Width(name)-3)
	return st.Row(chosen, " ", cells.Ends(name, st.Faint.Render(reason), inner), width)
}
