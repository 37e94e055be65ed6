package shell

import (
	"cmp"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// An entry of the palette is an action of the screen below it, or a setting.
type entry struct {
	name  string // the name of the action or the setting
	title string
	right string // its key or its value
	off   string // the reason why it does not work at the moment; empty if it works
	does  string // a sentence about it
	run   func() tea.Cmd
}

// entries returns the actions in the help of the screen below, including those that do
// not work now, without repetitions, and the settings.
func (p *Palette) entries() []entry {
	actions := map[string]keymap.Row{}
	for _, a := range new(keymap.Map).Table() {
		actions[a.Name] = a
	}
	var all []entry
	for _, b := range slices.Concat(p.below.FullHelp()...) {
		a, known := actions[widget.ActionOf(b)]
		if !known || a.Name == "palette" {
			continue
		}
		// A page may have several bindings of one action, with different descriptions,
		// of which one works.
		switch n := slices.IndexFunc(all, func(e entry) bool { return e.name == a.Name }); {
		case n < 0:
			all = append(all, p.actionEntry(a, b))
		case all[n].off != "":
			all[n] = p.actionEntry(a, b)
		}
	}
	for _, s := range changeableSettings(p.sh) {
		all = append(all, p.settingEntry(s))
	}
	return all
}

// entry returns the entry with a name.
func (p *Palette) entry(name string) (entry, bool) {
	all := p.entries()
	n := slices.IndexFunc(all, func(e entry) bool { return e.name == name })
	if n < 0 {
		return entry{}, false
	}
	return all[n], true
}

func (p *Palette) actionEntry(a keymap.Row, b key.Binding) entry {
	e := entry{
		name: a.Name, title: b.Help().Desc, right: b.Help().Key, does: a.Does,
		run: func() tea.Cmd { return p.sh.press(widget.PressOf(a.Name)) },
	}
	if !b.Enabled() {
		e.off = p.why(a)
	}
	return e
}

// settingEntry returns the entry of a setting. It toggles a setting that is on or off,
// and opens a card to choose another value.
func (p *Palette) settingEntry(s Setting) entry {
	typed := p.form.Value(0)
	return entry{
		name: s.Name, title: s.title(), right: s.word(s.Value), does: s.Doc,
		run: func() tea.Cmd {
			switch {
			case !s.isSwitch():
				return p.sh.OpenCard(newSettingCard(p.sh, s, typed))
			case s.Value == "true":
				return p.sh.change(s, "false")
			}
			return p.sh.change(s, "true")
		},
	}
}

// why returns the reason why an action does not work at the moment.
func (p *Palette) why(a keymap.Row) string {
	text := ""
	if below, ok := p.below.(disabledReasoner); ok {
		text = below.DisabledReason(a.Name)
	}
	return cmp.Or(text, a.Lacks, "not available now")
}
