package widget

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// mostOffers is how many ways to go on are found: no terminal shows more in a line.
const mostOffers = 24

// A FilterLine is where a filter is typed. Below it stands why it is not understood,
// or what the last word may become.
type FilterLine struct {
	host    Host
	form    *Form
	Typing  bool   // the line has the cursor
	problem string // why the filter is not understood

	offers []string // the words that the last one may become
	at     int      // of the offer that was put in; -1 for none
	base   string   // what stands before it
}

// NewFilterLine returns an empty filter.
func NewFilterLine(host Host, placeholder string) FilterLine {
	l := FilterLine{host: host, form: NewForm(host), at: -1}
	l.form.Add("Filter", placeholder, "")
	return l
}

// Text is the filter as it was typed.
func (l *FilterLine) Text() string { return l.form.Value(0) }

// Set replaces the filter.
func (l *FilterLine) Set(text string) {
	l.form.Fields[0].Input.SetValue(text)
	l.form.Fields[0].Input.CursorEnd()
}

func (l *FilterLine) focus() {
	l.Typing = true
	l.form.Focus(0)
}

// Lines is how many the line takes beside the one that is always kept for it.
func (l *FilterLine) Lines() int {
	if l.Typing || l.problem != "" {
		return 1
	}
	return 0
}

// offersFor are the words that the last word of a filter may become, and what stands
// before it. A word that is complete becomes no other.
func (g Grammar[R]) offersFor(typed string) (base string, offers []string) {
	last := Term{at: len(typed)}
	if all := Terms(typed); len(all) > 0 && (!strings.HasSuffix(typed, " ") || strings.Count(typed, `"`)%2 == 1) {
		last = all[len(all)-1]
	}
	base = typed[:last.at]
	sign := ""
	if last.Not {
		sign = "-"
	}
	o, known := g.operator(last.Name)
	switch {
	case last.Name != "" && !known:
		if near := g.nearest(last.Name); near != "" {
			offers = []string{sign + near + ":" + quoted(last.Value)}
		}
	case last.Name == "" && !strings.Contains(typed[last.at:], `"`):
		for _, o := range g.Operators {
			if strings.HasPrefix(o.Name, strings.ToLower(last.Value)) {
				offers = append(offers, sign+o.Name+":")
			}
		}
	case known:
		for _, value := range completions(last.Value, o.Values(last.Value)) {
			offers = append(offers, sign+last.Name+":"+quoted(value))
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
func (l *FilterLine) complete(by int) (done bool) {
	if len(l.offers) == 0 {
		return false
	}
	if l.at < 0 && by < 0 {
		l.at = 0
	}
	l.pick((l.at + by + len(l.offers)) % len(l.offers))
	return true
}

func (l *FilterLine) pick(n int) {
	l.at = n
	l.Set(l.base + l.offers[n])
}

// offer looks for completions of the last word. After an operator it offers the
// operator's values.
func (l *FilterLine) offer(find func(typed string) (base string, offers []string)) {
	in := &l.form.Fields[0].Input
	if !l.Typing || in.Position() < len([]rune(in.Value())) {
		l.offers, l.at = nil, -1
		return
	}
	if l.at >= 0 && len(l.offers) > 1 && !strings.HasSuffix(l.offers[l.at], ":") && in.Value() == l.base+l.offers[l.at] {
		return // one goes from offer to offer
	}
	l.at = -1
	l.base, l.offers = find(in.Value())
}

// View draws the line, and below it what there is to say. pick is for an offer that
// is clicked.
func (l *FilterLine) View(width int, right string, pick func(n int) tea.Cmd) (string, *tea.Cursor) {
	if !l.Typing && l.Text() == "" {
		return cells.Pad("", width-cells.Width(right)) + right, nil
	}
	if right != "" {
		right = "  " + right
	}
	line, cursor := l.form.View(width-cells.Width(right)-1, l.Typing)
	if !l.Typing {
		line = l.host.KeySpot(line, l.host.Keys().Filter)
	}
	line = cells.Pad(line, width-cells.Width(right)) + right
	if l.Lines() > 0 {
		line += "\n" + l.below(width, pick)
	}
	return line, cursor
}

// below is why the filter is not understood, or the offers that fit.
func (l *FilterLine) below(width int, pick func(n int) tea.Cmd) string {
	const margin = 2
	st := l.host.Styles()
	if l.problem != "" {
		return cells.Indent(st.Warn.Render("! "+cells.Cut(l.problem, width-margin-2)), margin)
	}
	return cells.Indent(l.offered(width-margin, pick), margin)
}

func (l *FilterLine) offered(width int, pick func(n int) tea.Cmd) string {
	st := l.host.Styles()
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
		shown = append(shown, l.host.Spot(look.Render(text), func() tea.Cmd { return pick(n) }))
		for used > width && len(shown) > 1 { // the one that was put in is seen
			used -= cells.Width(shown[0]) + 2
			shown = shown[1:]
		}
	}
	return strings.Join(shown, "  ")
}

// HasOffers reports whether the last word can be completed.
func (l *FilterLine) HasOffers() bool { return len(l.offers) > 0 }
