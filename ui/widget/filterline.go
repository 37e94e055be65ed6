package widget

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// mostOffers is the maximum number of completions. No terminal shows more in a line.
const mostOffers = 24

// A FilterLine is the input line of a filter. Below it is a line with the error in the
// filter, or with the completions of the last word.
type FilterLine struct {
	host    Host
	form    *Form
	Typing  bool   // the line has the cursor
	problem string // the error in the filter

	offers []string // the completions of the last word
	at     int      // the completion in the line; -1 for none
	base   string   // the text before the completed word
}

// NewFilterLine returns the line of an empty filter.
func NewFilterLine(host Host, placeholder string) FilterLine {
	l := FilterLine{host: host, form: NewForm(host), at: -1}
	l.form.Add("Filter", placeholder, "")
	return l
}

// Text returns the filter as it was typed.
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

// Lines returns the number of lines in addition to the one line that the page always
// has for the filter.
func (l *FilterLine) Lines() int {
	if l.Typing || l.problem != "" {
		return 1
	}
	return 0
}

// offersFor returns the completions of the last word of a filter, and the text before
// that word. A complete word has no completions.
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

// completions returns the values that begin with a word, followed by the values that
// contain it.
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

// quoted returns a value as the user would type it.
func quoted(value string) string {
	value = strings.ReplaceAll(safetext.Line(value), `"`, "")
	if strings.Contains(value, " ") {
		return `"` + value + `"`
	}
	return value
}

// complete puts the next or the previous completion into the line.
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

// offer looks for completions of the last word. After an operator these are the
// operator's values.
func (l *FilterLine) offer(find func(typed string) (base string, offers []string)) {
	in := &l.form.Fields[0].Input
	if !l.Typing || in.Position() < len([]rune(in.Value())) {
		l.offers, l.at = nil, -1
		return
	}
	if l.at >= 0 && len(l.offers) > 1 && !strings.HasSuffix(l.offers[l.at], ":") && in.Value() == l.base+l.offers[l.at] {
		return // keep the list while the user steps through it
	}
	l.at = -1
	l.base, l.offers = find(in.Value())
}

// View draws the line, and below it the error or the completions. A click on a
// completion calls pick.
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

// below returns the error in the filter, or the completions that fit.
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
		for used > width && len(shown) > 1 { // keep the completion that is in the line visible
			used -= cells.Width(shown[0]) + 2
			shown = shown[1:]
		}
	}
	return strings.Join(shown, "  ")
}

// HasCompletions reports whether the last word can be completed.
func (l *FilterLine) HasCompletions() bool { return len(l.offers) > 0 }
