package widget

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A Table is a list of rows with a filter, an order and marks. The pages of invites
// and of rooms use it.
type Table[K comparable, R any] struct {
	Host    Host
	Grammar Grammar[R]
	Orders  []Order[R]
	Choose  func([]*R) []*R // returns some of the rows that match the filter; nil for all
	Key     func(*R) K
	Lines   func() int // number of lines for rows on the page
	// Explain shows the terms that a filter supports: each line has an example and the
	// rows that it keeps.
	Explain func(lines [][2]string) tea.Cmd

	All        []R // in the original order
	Rows       map[K]*R
	By         int  // index of the current order in Orders
	turned     bool // the order is reversed
	Filter     FilterLine
	PageFilter string // the filter of the page itself, which the user cannot clear
	anchor     K      // the row that the user selected, which the filter may hide
	put        K      // the row that is selected while the filter hides anchor
	Marked     map[K]bool
	List       List[K]
}

// An Order is a column to sort by. Equal rows keep their original order.
type Order[R any] struct {
	Name     string
	Of       func(*R) (number int, text string) // nil for the original order
	Descends bool                               // the largest first
}

// ByText sorts by a text, without regard to case.
func ByText[R any](name string, of func(*R) string) Order[R] {
	return Order[R]{Name: name, Of: func(r *R) (int, string) { return 0, strings.ToLower(of(r)) }}
}

// ByNumber sorts by a number, the largest first.
func ByNumber[R any](name string, of func(*R) int) Order[R] {
	return Order[R]{Name: name, Descends: true, Of: func(r *R) (int, string) { return of(r), "" }}
}

// sort sorts rows that are in the original order.
func (o Order[R]) sort(rows []*R, turned bool) {
	if o.Of == nil {
		if turned {
			slices.Reverse(rows)
		}
		return
	}
	type sortable struct {
		number int
		text   string
		row    *R
	}
	all := make([]sortable, len(rows))
	for n, r := range rows {
		number, text := o.Of(r)
		all[n] = sortable{number, text, r}
	}
	sign := 1
	if o.Descends != turned {
		sign = -1
	}
	slices.SortStableFunc(all, func(a, b sortable) int {
		return sign * cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	})
	for n, s := range all {
		rows[n] = s.row
	}
}

// Set replaces the rows.
func (t *Table[K, R]) Set(all []R) {
	t.All = all
	if t.Rows == nil {
		t.Rows = make(map[K]*R, len(all))
	}
	t.index()
	if len(t.Rows) > len(all) { // with rows that are gone
		t.Rows = make(map[K]*R, len(all))
		t.index()
	}
	for k := range t.Marked {
		if t.Rows[k] == nil {
			delete(t.Marked, k)
		}
	}
	t.Arrange()
}

// index makes Rows find all rows. Most keys are those of the last call, for which a new
// map would take twice as long.
func (t *Table[K, R]) index() {
	for n := range t.All {
		t.Rows[t.Key(&t.All[n])] = &t.All[n]
	}
}

// Arrange applies the filter and the order.
func (t *Table[K, R]) Arrange() {
	wanted := t.Grammar.parse(t.Filter.Text())
	t.Filter.problem = wanted.problem
	shown := make([]*R, 0, len(t.All))
	for n := range t.All {
		if r := &t.All[n]; wanted.keeps(r) {
			shown = append(shown, r)
		}
	}
	if t.Choose != nil {
		shown = t.Choose(shown)
	}
	t.Orders[t.By].sort(shown, t.turned)
	keys := make([]K, len(shown))
	for n, r := range shown {
		keys[n] = t.Key(r)
	}
	t.List.Set(keys)
	t.List.Scroll(t.Lines())
}

// Selected returns the row under the cursor; some is false if the list is empty.
func (t *Table[K, R]) Selected() (r *R, some bool) {
	k, ok := t.List.Current()
	if !ok {
		return nil, false
	}
	return t.Rows[k], true
}

// Press handles a key for the table.
func (t *Table[K, R]) Press(msg tea.KeyPressMsg) {
	keys := t.Host.Keys()
	switch {
	case key.Matches(msg, keys.Sort):
		t.By, t.turned = (t.By+1)%len(t.Orders), false
		t.Arrange()
	case key.Matches(msg, keys.Reverse):
		t.turned = !t.turned
		t.Arrange()
	case key.Matches(msg, keys.Filter):
		t.Filter.focus()
		t.anchor, _ = t.List.Current()
		t.put = t.anchor
		t.offer()
	case key.Matches(msg, keys.Clear):
		t.clear()
	case key.Matches(msg, keys.Mark):
		t.mark()
	case key.Matches(msg, keys.MarkAll):
		t.markAll()
	default:
		t.List.Press(msg, keys, t.Lines())
	}
	t.List.Scroll(t.Lines())
}

// sortBy sorts by a column. If the table is sorted by it already, sortBy reverses the
// order.
func (t *Table[K, R]) sortBy(name string) {
	if t.Orders[t.By].Name == name {
		t.turned = !t.turned
	} else {
		t.By, t.turned = slices.IndexFunc(t.Orders, func(o Order[R]) bool { return o.Name == name }), false
	}
	t.Arrange()
}

// Arrow returns the direction in which a column is sorted; empty for the other
// columns.
func (t *Table[K, R]) Arrow(name string) string {
	o := t.Orders[t.By]
	switch {
	case o.Name != name:
		return ""
	case o.Descends != t.turned:
		return "↓"
	default:
		return "↑"
	}
}

// Head draws the name of a column. A click sorts by the column. The arrow is on the
// left of the name for a column of numbers, and on the right for others.
func (t *Table[K, R]) Head(name, text string, numbers bool) string {
	switch arrow := t.Arrow(name); {
	case arrow != "" && numbers:
		text = arrow + text
	case arrow != "":
		text += " " + arrow
	}
	if t.Arrow(name) != "" {
		text = t.Host.Styles().Accent.Render(text)
	}
	return t.Host.Spot(text, func() tea.Cmd {
		t.sortBy(name)
		return nil
	})
}
