package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
)

// palette is a card that finds an action of the screen below it by its name.
type palette struct {
	sh    *shell
	below screen
	form  *form
	list  list[string] // of names of actions that match what is typed
}

// An entry is an action of a screen as it stands at the moment.
type entry struct {
	key.Binding

	action action
}

// An excuser is a screen that knows why a key does not work at the moment. It is
// asked only about those; nothing means the usual reason.
type excuser interface {
	whyNot(action string) string
}

func newPalette(sh *shell) func(context.Context) screen {
	below := sh.top()
	return func(context.Context) screen {
		p := &palette{sh: sh, below: below, form: newForm(sh)}
		p.form.add("Do", "type to find an action", "")
		p.find()
		return p
	}
}

// hasPalette reports whether a key opens the palette over the screen on top.
// Where text is typed only a key that is no text does.
func (sh *shell) hasPalette(msg tea.KeyPressMsg) bool {
	return offers(sh.top(), sh.keys.Help) || msg.Text == "" && offers(sh.top(), sh.keys.Interrupt)
}

func (p *palette) init() tea.Cmd { return nil }
func (p *palette) title() string { return "Actions" }

// entries are the actions that the screen below names, each once.
func (p *palette) entries() map[string]entry {
	all := map[string]entry{}
	for _, a := range new(keyMap).table() {
		for _, b := range p.offered() {
			if actionOf(b) == a.name {
				all[a.name] = entry{b, a}
			}
		}
	}
	return all
}

// offered are the keys that the screen below names, working or not.
func (p *palette) offered() []key.Binding { return slices.Concat(p.below.FullHelp()...) }

// find keeps the actions that match what is typed, the best match first.
func (p *palette) find() {
	entries := p.entries()
	var names, texts []string
	for _, b := range p.offered() {
		if e, known := entries[actionOf(b)]; known && e.action.name != "palette" && !slices.Contains(names, e.action.name) {
			names, texts = append(names, e.action.name), append(texts, e.Help().Desc+" "+e.action.name)
		}
	}
	if typed := p.form.value(0); typed != "" {
		all := names
		names = nil
		for _, m := range fuzzy.Find(typed, texts) {
			names = append(names, all[m.Index])
		}
	}
	p.list.set(names)
	p.list.scroll(p.lines())
}

func (p *palette) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg, outboxMsg, revokedMsg:
		p.find()
	case tea.PasteMsg:
		return p.typed(msg)
	case tea.KeyPressMsg:
		keys := p.sh.keys
		switch {
		case key.Matches(msg, keys.Submit):
			return p.choose()
		case movesWhileTyping(msg):
			p.list.press(msg, keys, p.lines())
			p.list.scroll(p.lines())
		default:
			return p.typed(msg)
		}
	}
	return nil
}

func (p *palette) typed(msg tea.Msg) tea.Cmd {
	before := p.form.value(0)
	cmd := p.form.update(msg)
	if p.form.value(0) != before {
		p.list.at = 0
		p.list.keys = nil
		p.find()
	}
	return cmd
}

// choose does what the key of the action under the cursor would do.
func (p *palette) choose() tea.Cmd {
	name, some := p.list.current()
	if !some || !p.entries()[name].Enabled() {
		return nil
	}
	p.sh.closeScreen(p)
	return p.sh.press(run(name))
}

// click does what an action's key would do, as a menu does.
func (p *palette) click(n int) tea.Cmd {
	p.list.at = n
	return p.choose()
}

// arrows is true: letters are typed, and find.
func (p *palette) arrows() bool { return true }

// why says why an action does not work at the moment.
func (p *palette) why(a action) string {
	text := ""
	if below, ok := p.below.(excuser); ok {
		text = below.whyNot(a.name)
	}
	return cmp.Or(text, a.lacks, "not now")
}

func (p *palette) ShortHelp() []key.Binding {
	k := p.sh.keys
	name, some := p.list.current()
	return []key.Binding{when(some && p.entries()[name].Enabled(), as(k.Submit, "do it")), k.Back}
}

func (p *palette) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

// lines is how many actions are shown: always as many, so that the card keeps
// its size while one types.
func (p *palette) lines() int { return max(1, min(14, p.sh.height-9)) }

func (p *palette) view(width, _ int) (string, *tea.Cursor) {
	st, entries := p.sh.styles, p.entries()
	width = min(width, 76)
	input, cursor := p.form.view(width, true)
	if cursor != nil {
		cursor.Y++
	}
	lines := []string{"", input, ""}
	from, to := p.list.window(p.lines())
	for n := from; n < to; n++ {
		lines = append(lines, p.sh.button(p.line(entries[p.list.keys[n]], n == p.list.at, width), func() tea.Cmd { return p.click(n) }))
	}
	if len(p.list.keys) == 0 {
		lines = append(lines, "  "+st.faint.Render("No action is called so on this page."))
	}
	said := ""
	if name, some := p.list.current(); some {
		said = entries[name].action.does
	}
	return block(strings.Join(lines, "\n"), width, p.lines()+3) + "\n\n" + st.faint.Render(fit(said, width)), cursor
}

// line is an action and its key, or why it does not work.
func (p *palette) line(e entry, chosen bool, width int) string {
	const keyWidth = 10
	st := p.sh.styles
	st = st.lit(chosen && e.Enabled())
	inner := width - 3 // beside the cursor, and before the edge
	if e.Enabled() {
		return st.row(chosen, " ", ends(st.name.Render(e.Help().Desc), st.accent.Render(pad(e.Help().Key, keyWidth)), inner), width)
	}
	name := st.faint.Render(e.Help().Desc)
	reason := cut(p.why(e.action), inner-lineWidth(name)-3)
	return st.row(chosen, " ", ends(name, st.faint.Render(reason), inner), width)
}
