package ui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A table is a list of rows with a filter, an order and marks: what the pages of
// invites and of rooms have in common.
type table[K comparable, R any] struct {
	sh      *shell
	grammar grammar[R]
	orders  []order[R]
	choose  func([]*R) []*R // of the rows that the filter keeps; nil for all
	keyOf   func(*R) K
	lines   func() int // that the rows have on the page

	all    []R // in the order they come in
	rows   map[K]*R
	by     int  // among orders
	turned bool // the order is reversed
	filter filterLine
	own    string // the filter that the page has by itself
	anchor K      // where the cursor was before the filter hid it
	put    K      // where the filter has put it then
	marked map[K]bool
	list   list[K]
}

// An order is a column to sort by. Rows that are alike in it stay as they come in.
type order[R any] struct {
	name     string
	of       func(*R) (number int, text string) // nil for the order they come in
	descends bool                               // begins with the largest
}

// byText sorts by a text, without regard to case.
func byText[R any](name string, of func(*R) string) order[R] {
	return order[R]{name: name, of: func(r *R) (int, string) { return 0, strings.ToLower(of(r)) }}
}

// byNumber sorts by a number, the largest first.
func byNumber[R any](name string, of func(*R) int) order[R] {
	return order[R]{name: name, descends: true, of: func(r *R) (int, string) { return of(r), "" }}
}

// sort sorts rows that are in the order they come in.
func (o order[R]) sort(rows []*R, turned bool) {
	if o.of == nil {
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
		number, text := o.of(r)
		all[n] = sortable{number, text, r}
	}
	sign := 1
	if o.descends != turned {
		sign = -1
	}
	slices.SortStableFunc(all, func(a, b sortable) int {
		return sign * cmp.Or(cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
	})
	for n, s := range all {
		rows[n] = s.row
	}
}

// set replaces the rows.
func (t *table[K, R]) set(all []R) {
	t.all = all
	t.rows = make(map[K]*R, len(all))
	for n := range all {
		t.rows[t.keyOf(&all[n])] = &all[n]
	}
	for k := range t.marked {
		if t.rows[k] == nil {
			delete(t.marked, k)
		}
	}
	t.arrange()
}

// arrange chooses and sorts the rows that are shown.
func (t *table[K, R]) arrange() {
	wanted := t.grammar.parse(t.filter.text())
	t.filter.problem = wanted.problem
	shown := make([]*R, 0, len(t.all))
	for n := range t.all {
		if r := &t.all[n]; wanted.keeps(r) {
			shown = append(shown, r)
		}
	}
	if t.choose != nil {
		shown = t.choose(shown)
	}
	t.orders[t.by].sort(shown, t.turned)
	keys := make([]K, len(shown))
	for n, r := range shown {
		keys[n] = t.keyOf(r)
	}
	t.list.set(keys)
	t.list.scroll(t.lines())
}

func (t *table[K, R]) selected() (r *R, some bool) {
	k, ok := t.list.current()
	if !ok {
		return nil, false
	}
	return t.rows[k], true
}

// press is a key for the table.
func (t *table[K, R]) press(msg tea.KeyPressMsg) {
	keys := t.sh.keys
	switch {
	case key.Matches(msg, keys.Sort):
		t.by, t.turned = (t.by+1)%len(t.orders), false
		t.arrange()
	case key.Matches(msg, keys.Reverse):
		t.turned = !t.turned
		t.arrange()
	case key.Matches(msg, keys.Filter):
		t.filter.focus()
		t.anchor, _ = t.list.current()
		t.put = t.anchor
		t.offer()
	case key.Matches(msg, keys.Clear):
		t.clear()
	case key.Matches(msg, keys.Mark):
		t.mark()
	case key.Matches(msg, keys.MarkAll):
		t.markAll()
	default:
		t.list.press(msg, keys, t.lines())
	}
	t.list.scroll(t.lines())
}

// sortBy sorts by a column, or turns its order round.
func (t *table[K, R]) sortBy(name string) {
	if t.orders[t.by].name == name {
		t.turned = !t.turned
	} else {
		t.by, t.turned = slices.IndexFunc(t.orders, func(o order[R]) bool { return o.name == name }), false
	}
	t.arrange()
}

// arrow is the direction in which a column is sorted; empty for the others.
func (t *table[K, R]) arrow(name string) string {
	o := t.orders[t.by]
	switch {
	case o.name != name:
		return ""
	case o.descends != t.turned:
		return "↓"
	default:
		return "↑"
	}
}

// head is the name of a column, which sorts by it when it is clicked. The arrow stands
// on the side where a column of numbers has room for it.
func (t *table[K, R]) head(name, text string, numbers bool) string {
	switch arrow := t.arrow(name); {
	case arrow != "" && numbers:
		text = arrow + text
	case arrow != "":
		text += " " + arrow
	}
	if t.arrow(name) != "" {
		text = t.sh.styles.Accent.Render(text)
	}
	return t.sh.spot(text, func() tea.Cmd {
		t.sortBy(name)
		return nil
	})
}
