package recipients

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Column is a column of a table that contains addresses or Matrix IDs, or other texts
// with an @.
type Column struct {
	Number  int    // from 1
	Heading string // empty if the table has no headings; at most 200 bytes
	Used    int    // cells that were read
	LeftOut int    // cells that were left out
	Example string // its first text with an @; at most 200 bytes
}

// Name is the heading or, without one, the number.
func (c Column) Name() string {
	if c.Heading == "" {
		return strconv.Itoa(c.Number)
	}
	return c.Heading
}

// Label is the heading in quotes or, without one, the number.
func (c Column) Label() string { return label(c.Name()) }

// label quotes a heading. A number stays as it is.
func label(name string) string {
	if _, err := strconv.Atoi(name); err == nil {
		return "column " + name
	}
	heading := []rune(name)
	if len(heading) > maxLabel {
		heading = append(heading[:maxLabel], '…')
	}
	return strconv.Quote(string(heading))
}

// maxLabel is the maximum number of characters of a heading in a label.
const maxLabel = 40

// A Table says which columns of a list were read.
type Table struct {
	Columns []Column // those with an @, from left to right
	Unsure  bool     // several columns suit equally well, and none was read
}

// Used returns the columns that were read.
func (t *Table) Used() []Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c Column) bool { return c.Used == 0 })
}

// LeftOut returns the columns with cells that were not read.
func (t *Table) LeftOut() []Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c Column) bool { return c.LeftOut == 0 })
}

// Summary says which columns were read and which were left out, in one sentence.
func (t *Table) Summary() string {
	var used, left []string
	for _, c := range t.Used() {
		used = append(used, c.Label())
	}
	for n, c := range t.LeftOut() {
		count := strconv.Itoa(c.LeftOut)
		if n == 0 && c.LeftOut == 1 {
			count += " address"
		} else if n == 0 {
			count += " addresses"
		}
		left = append(left, c.Label()+" ("+count+")")
	}
	text := "no column is chosen"
	switch {
	case len(used) == 1:
		text = "addresses from " + inColumn(used[0])
	case len(used) > 1:
		text = "addresses from the columns " + strings.Join(used, ", ")
	}
	if len(left) > 0 {
		text += "; left out: " + strings.Join(left, ", ")
	}
	return text
}

// inColumn is the label of a column after the word column.
func inColumn(label string) string {
	if strings.HasPrefix(label, `"`) {
		return "column " + label
	}
	return label
}

// A ColumnError means that a list has no column of the wanted heading or number or, if
// none is wanted, that it is not sure which one has the people to invite.
type ColumnError struct {
	Wanted  string
	Columns []Column // to choose from; empty if the list has no columns
}

func (e *ColumnError) Error() string {
	var names []string
	for _, c := range e.Columns {
		name := c.Label()
		if c.Heading != "" {
			name = fmt.Sprintf("%d %s", c.Number, name)
		}
		names = append(names, name)
	}
	all := strings.Join(names, ", ")
	switch {
	case len(e.Columns) == 0:
		return "the list has no columns"
	case e.Wanted != "":
		return fmt.Sprintf("the list has no column %q with addresses; it has: %s", cut(e.Wanted), all)
	}
	return "several columns may have the people to invite: " + all
}

// Err returns a [*ColumnError] if a column has to be chosen before people can be
// invited.
func (l *List) Err() error {
	if l.Table == nil || !l.Table.Unsure {
		return nil
	}
	return &ColumnError{Columns: l.Table.Columns}
}

// choose returns the indexes of the columns to read: the preferred column, and then the
// columns that replace it in rows where it is empty. It returns none if the choice is
// not certain.
func (t *source) choose(stats []Column) []int {
	if t.headings == nil {
		if t.differ(t.columns) {
			return nil
		}
		return t.columns
	}
	byUse := map[use][]int{}
	for i, c := range stats {
		if c.Used > 0 {
			u := useOf(c.Heading)
			byUse[u] = append(byUse[u], i)
		}
	}
	chosen := slices.Clone(byUse[matrixID])
	for _, u := range []use{own, secondary} {
		if u == own || len(chosen) > 0 {
			chosen = append(chosen, byUse[u]...)
		}
	}
	if len(chosen) > 0 && len(chosen) == len(byUse[matrixID]) {
		chosen = append(chosen, byUse[postal]...)
	}
	if len(chosen) > 0 {
		if t.differ(byUse[matrixID]) || t.differ(byUse[own]) {
			return nil
		}
		return chosen
	}
	for _, u := range []use{secondary, postal, private, login, noAddresses} {
		if some := byUse[u]; len(some) > 0 {
			if t.differ(some) && (u != secondary || !numbered(some, stats)) {
				return nil
			}
			return some
		}
	}
	return nil
}

// numbered reports whether the headings have different numbers, as in E-mail 2 and
// E-mail 3.
func numbered(columns []int, stats []Column) bool {
	for _, i := range columns {
		if !later(tokensOf(stats[i].Heading)) {
			return false
		}
	}
	return true
}

// differ reports whether a row has different addresses in several of the columns.
func (t *source) differ(columns []int) bool {
	if len(columns) < 2 {
		return false
	}
	for row := range t.rows() {
		first := ""
		for _, i := range columns {
			if i >= len(row.cells) || !holdsAt(row.cells[i]) {
				continue
			}
			text := strings.ToLower(bare(row.cells[i]))
			if first == "" {
				first = text
			}
			if text != first {
				return true
			}
		}
	}
	return false
}

// find returns the index of the column with a heading or a number.
func find(stats []Column, wanted string) (int, error) {
	wanted = strings.TrimSpace(wanted)
	for _, same := range []func(string) bool{
		func(h string) bool { return strings.EqualFold(h, wanted) },
		func(h string) bool { return word(h) == word(wanted) },
	} {
		for i, c := range stats {
			if c.Heading != "" && same(c.Heading) {
				return i, nil
			}
		}
	}
	if n, err := strconv.Atoi(wanted); err == nil && 0 < n && n <= len(stats) {
		return n - 1, nil
	}
	return 0, &ColumnError{Wanted: wanted, Columns: withAt(stats)}
}

// withAt returns the columns with an @.
func withAt(stats []Column) []Column {
	return slices.DeleteFunc(slices.Clone(stats), func(c Column) bool { return c.Used+c.LeftOut == 0 })
}
