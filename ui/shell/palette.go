package shell

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

// Palette is a card that finds an action of the screen below it, or a setting, by name
// or synonym.
type Palette struct {
	sh    *Shell
	below Screen
	form  *widget.Form
	list  widget.List[string] // the names of the entries that match the typed text
	typed bool                // the first entry is a close match of the typed text
	moved bool                // the user has moved the cursor
}

// A disabledReasoner is a screen that explains why actions are disabled. DisabledReason is
// called only for a disabled action. An empty string stands for the default reason of
// the action.
type disabledReasoner interface {
	DisabledReason(action string) string
}

func newPalette(sh *Shell) func(context.Context) Screen {
	below := sh.Top()
	return func(context.Context) Screen {
		p := &Palette{sh: sh, below: below, form: sh.NewForm()}
		p.form.Add("Action", "type to find an action or a setting", "")
		p.find()
		return p
	}
}

// OpensPalette reports whether a key opens the palette over the top screen. On a
// screen where the user types text, only a key that is not text does.
func OpensPalette(sh *Shell, msg tea.KeyPressMsg) bool {
	return Offers(sh.Top(), sh.Keys.Help) || msg.Text == "" && Offers(sh.Top(), sh.Keys.Interrupt)
}

func (p *Palette) Init() tea.Cmd { return nil }
func (p *Palette) Title() string { return "Actions" }

// find finds the entries that match the typed text, the best match first.
func (p *Palette) find() {
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

func (p *Palette) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ChangedMsg, OutboxMsg, RevokedMsg, settingKeptMsg:
		p.find()
	case tea.PasteMsg:
		return p.enter(msg)
	case tea.KeyPressMsg:
		keys := p.sh.Keys
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

// move moves the cursor. If no entry is selected, the first move selects the first
// entry. Moving up from the first entry selects none.
func (p *Palette) move(msg tea.KeyPressMsg) {
	at := p.list.At
	if p.hasSelection() {
		p.list.Press(msg, p.sh.Keys.Keys, p.lines())
		p.list.Scroll(p.lines())
	}
	p.moved = at != 0 || p.list.At != 0 || !strings.HasSuffix(msg.String(), "up")
}

// hasSelection reports whether an entry is selected: by the user, or by a close match of the
// typed text.
func (p *Palette) hasSelection() bool { return p.typed || p.moved }

func (p *Palette) enter(msg tea.Msg) tea.Cmd {
	before := p.form.Value(0)
	cmd := p.form.Update(msg)
	if p.form.Value(0) != before {
		p.list.At, p.list.Offset, p.list.Keys = 0, 0, nil
		p.moved = false
		p.find()
	}
	return cmd
}

// current returns the entry under the cursor.
func (p *Palette) current() (e entry, ok bool) {
	name, some := p.list.Current()
	if !some || !p.hasSelection() {
		return entry{}, false
	}
	return p.entry(name)
}

// choose runs the entry under the cursor, if it works and is selected.
func (p *Palette) choose() tea.Cmd {
	e, ok := p.current()
	if !ok || e.off != "" {
		return nil
	}
	p.sh.CloseScreen(p)
	return e.run()
}

// click runs the clicked entry.
func (p *Palette) click(n int) tea.Cmd {
	p.list.At, p.moved = n, true
	return p.choose()
}

// ArrowsMove returns true, because letters are text for the search.
func (p *Palette) ArrowsMove() bool { return true }

func (p *Palette) ShortHelp() []key.Binding {
	k := p.sh.Keys
	e, ok := p.current()
	return []key.Binding{keymap.When(ok && e.off == "", keymap.As(k.Submit, "run")), k.Back}
}

func (p *Palette) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

// lines returns the number of lines for entries. It does not depend on the typed text,
// so that the card keeps its size.
func (p *Palette) lines() int { return max(1, min(14, p.sh.Height-9)) }

func (p *Palette) View(width, _ int) (string, *tea.Cursor) {
	st := p.sh.Styles
	width = min(width, 76)
	input, cursor := p.form.View(width, true)
	if cursor != nil {
		cursor.Y++
	}
	lines := []string{"", input, ""}
	from, to := p.list.Window(p.lines())
	for n := from; n < to; n++ {
		if e, ok := p.entry(p.list.Keys[n]); ok {
			lines = append(lines, p.sh.Button(p.line(e, n == p.list.At && p.hasSelection(), width), func() tea.Cmd { return p.click(n) }))
		}
	}
	if len(p.list.Keys) == 0 {
		lines = append(lines, "  "+st.Faint.Render("No action matches."))
	}
	return cells.Block(strings.Join(lines, "\n"), width, p.lines()+3) + "\n\n" + st.Faint.Render(cells.Fit(p.status(), width)), cursor
}

// status returns the text below the entries.
func (p *Palette) status() string {
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

// line draws an entry with its key or value, or with the reason why it does not work.
func (p *Palette) line(e entry, chosen bool, width int) string {
	const keyWidth = 10
	st := p.sh.Styles
	st = st.ForRow(chosen && e.off == "")
	inner := width - 3 // without the cursor and the border
	if e.off == "" {
		right := cells.Pad(e.right, keyWidth)
		return st.Row(chosen, " ", cells.Ends(st.Name.Render(e.title), st.Accent.Render(right), inner), width)
	}
	name := st.Faint.Render(e.title)
	reason := cells.Cut(e.off, inner-cells.Width(name)-3)
	return st.Row(chosen, " ", cells.Ends(name, st.Faint.Render(reason), inner), width)
}
