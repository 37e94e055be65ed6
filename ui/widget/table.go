package widget

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A Table is a list of rows with a filter, an order and marks: what the pages of
// invites and of rooms have in common.
type Table[K comparable, R any] struct {
	Host    Host
	Grammar Grammar[R]
	Orders  []Order[R]
	Choose  func([]*R) []*R // of the rows that the filter keeps; nil for all
	Key     func(*R) K
	Lines   func() int // that the rows have on the page
	// Explain shows what a filter may consist of: examples, and what they keep.
	Explain func(lines [][2]string) tea.Cmd

	All    []R // in the order they come in
	Rows   map[K]*R
	By     int  // among orders
	turned bool // the order is reversed
	Filter FilterLine
	Own    string // the filter that the page has by itself
	anchor K      // where the cursor was before the filter hid it
	put    K      // where the filter has put it then
	Marked map[K]bool
	List   List[K]
}

// An Order is a column to sort by. Rows that are alike in it stay as they come in.
type Order[R any] struct {
	Name     string
	Of       func(*R) (number int, text string) // nil for the order they come in
	Descends bool                               // begins with the largest
}

// ByText sorts by a text, without regard to case.
func ByText[R any](name string, of func(*R) string) Order[R] {
	return Order[R]{Name: name, Of: func(r *R) (int, string) { return 0, strings.ToLower(of(r)) }}
}

// ByNumber sorts by a number, the largest first.
func ByNumber[R any](name string, of func(*R) int) Order[R] {
	return Order[R]{Name: name, Descends: true, Of: func(r *R) (int, string) { return of(r), "" }}
}

// sort sorts rows that are in the order they come in.
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
	t.Rows = make(map[K]*R, len(all))
	for n := range all {
		t.Rows[t.Key(&all[n])] = &all[n]
	}
	for k := range t.Marked {
		if t.Rows[k] == nil {
			delete(t.Marked, k)
		}
	}
	t.Arrange()
}

// Arrange chooses and sorts the rows that are shown.
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

// Selected is the row under the cursor; some is false if no row is shown.
func (t *Table[K, R]) Selected() (r *R, some bool) {
	k, ok := t.List.Current()
	if !ok {
		return nil, false
	}
	return t.Rows[k], true
}

// Press is a key for the table.
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

// sortBy sorts by a column, or turns its order round.
func (t *Table[K, R]) sortBy(name string) {
	if t.Orders[t.By].Name == name {
		t.turned = !t.turned
	} else {
		t.By, t.turned = slices.IndexFunc(t.Orders, func(o Order[R]) bool { return o.Name == name }), false
	}
	t.Arrange()
}

// Arrow is the direction in which a column is sorted; empty for the others.
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

// Head is the name of a column, which sorts by it when it is clicked. The arrow stands
// on the side where a column of numbers has room for it.
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
