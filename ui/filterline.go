package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// mostOffers is how many ways to go on are found: no terminal shows more in a line.
const mostOffers = 24

// A filterLine is where a filter is typed. Below it stands why it is not understood,
// or what the last word may become.
type filterLine struct {
	sh      *shell
	form    *form
	typing  bool   // the line has the cursor
	problem string // why the filter is not understood

	offers []string // the words that the last one may become
	at     int      // of the offer that was put in; -1 for none
	base   string   // what stands before it
}

func newFilterLine(sh *shell, placeholder string) filterLine {
	l := filterLine{sh: sh, form: newForm(sh), at: -1}
	l.form.add("Filter", placeholder, "")
	return l
}

// text is the filter as it was typed.
func (l *filterLine) text() string { return l.form.value(0) }

func (l *filterLine) set(text string) {
	l.form.fields[0].input.SetValue(text)
	l.form.fields[0].input.CursorEnd()
}

func (l *filterLine) focus() {
	l.typing = true
	l.form.focus(0)
}

// lines is how many the line takes beside the one that is always kept for it.
func (l *filterLine) lines() int {
	if l.typing || l.problem != "" {
		return 1
	}
	return 0
}

// offersFor are the words that the last word of a filter may become, and what stands
// before it. A word that is complete becomes no other.
func (g grammar[R]) offersFor(typed string) (base string, offers []string) {
	last := term{at: len(typed)}
	if all := terms(typed); len(all) > 0 && (!strings.HasSuffix(typed, " ") || strings.Count(typed, `"`)%2 == 1) {
		last = all[len(all)-1]
	}
	base = typed[:last.at]
	sign := ""
	if last.not {
		sign = "-"
	}
	o, known := g.operator(last.name)
	switch {
	case last.name != "" && !known:
		if near := g.nearest(last.name); near != "" {
			offers = []string{sign + near + ":" + quoted(last.value)}
		}
	case last.name == "" && !strings.Contains(typed[last.at:], `"`):
		for _, o := range g.operators {
			if strings.HasPrefix(o.name, strings.ToLower(last.value)) {
				offers = append(offers, sign+o.name+":")
			}
		}
	case known:
		for _, value := range completions(last.value, o.values(last.value)) {
			offers = append(offers, sign+last.name+":"+quoted(value))
		}
	}
	return base, offers
}

// completions are the values that a word may become: those which begin with it, and
// then those which hold it.
func completions(word string, values []string) []string {
	word = strings.ToLower(word)
	var begin, hold []string
	for _, v := range values {
		switch lower := strings.ToLower(safetext.Line(v)); {
		case lower == word:
			return nil
		case strings.HasPrefix(strings.TrimLeft(lower, "#@"), strings.TrimLeft(word, "#@")):
			begin = append(begin, v)
		case strings.Contains(lower, word):
			hold = append(hold, v)
		}
	}
	all := append(begin, hold...)
	return all[:min(mostOffers, len(all))]
}

// quoted is a value as it is typed.
func quoted(value string) string {
	value = strings.ReplaceAll(safetext.Line(value), `"`, "")
	if strings.Contains(value, " ") {
		return `"` + value + `"`
	}
	return value
}

// complete puts the next offer, or the one before, into the line.
func (l *filterLine) complete(by int) (done bool) {
	if len(l.offers) == 0 {
		return false
	}
	if l.at < 0 && by < 0 {
		l.at = 0
	}
	l.pick((l.at + by + len(l.offers)) % len(l.offers))
	return true
}

func (l *filterLine) pick(n int) {
	l.at = n
	l.set(l.base + l.offers[n])
}

// offer finds how what was typed may go on. An operator goes on with its values.
func (l *filterLine) offer(find func(typed string) (base string, offers []string)) {
	in := &l.form.fields[0].input
	if !l.typing || in.Position() < len([]rune(in.Value())) {
		l.offers, l.at = nil, -1
		return
	}
	if l.at >= 0 && len(l.offers) > 1 && !strings.HasSuffix(l.offers[l.at], ":") && in.Value() == l.base+l.offers[l.at] {
		return // one goes from offer to offer
	}
	l.at = -1
	l.base, l.offers = find(in.Value())
}

// view draws the line, and below it what there is to say. pick is for an offer that
// is clicked.
func (l *filterLine) view(width int, right string, pick func(n int) tea.Cmd) (string, *tea.Cursor) {
	if !l.typing && l.text() == "" {
		return cells.Pad("", width-cells.Width(right)) + right, nil
	}
	if right != "" {
		right = "  " + right
	}
	line, cursor := l.form.view(width-cells.Width(right)-1, l.typing)
	if !l.typing {
		line = l.sh.keySpot(line, l.sh.keys.Filter)
	}
	line = cells.Pad(line, width-cells.Width(right)) + right
	if l.lines() > 0 {
		line += "\n" + l.below(width, pick)
	}
	return line, cursor
}

// below is why the filter is not understood, or the offers that fit.
func (l *filterLine) below(width int, pick func(n int) tea.Cmd) string {
	const margin = 2
	st := l.sh.styles
	if l.problem != "" {
		return cells.Indent(st.Warn.Render("! "+cells.Cut(l.problem, width-margin-2)), margin)
	}
	return cells.Indent(l.offered(width-margin, pick), margin)
}

func (l *filterLine) offered(width int, pick func(n int) tea.Cmd) string {
	st := l.sh.styles
	var shown []string
	used := 0
	for n, offer := range l.offers {
		look := st.Faint
		if n == l.at {
			look = st.Current
		}
		text := cells.Cut(offer, width)
		if used += cells.Width(text) + 2; used > width && n > l.at {
			break
		}
		shown = append(shown, l.sh.spot(look.Render(text), func() tea.Cmd { return pick(n) }))
		for used > width && len(shown) > 1 { // the one that was put in is seen
			used -= cells.Width(shown[0]) + 2
			shown = shown[1:]
		}
	}
	return strings.Join(shown, "  ")
}
