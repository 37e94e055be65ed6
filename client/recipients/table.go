package recipients

import (
	"iter"
	"slices"
	"strings"
	"unicode"
)

// maxColumns is the maximum number of columns that are counted. The cells after them
// belong to the last one.
const maxColumns = 1000

// A source is a table in any format.
type source struct {
	headings []string // nil if the table has none
	columns  []int    // with the people, if there are no headings
	first    int      // number of the first line below the headings
	rows     func() iter.Seq[record]
}

// above names what is left out above the headings of a table.
func (r *reader) above(text string, t *source) {
	for line := range strings.SplitSeq(text, "\n") {
		if r.line++; r.line >= t.first {
			return
		}
		r.leaveOut(line, "above the headings")
	}
}

// table reads the people in a table from the wanted column or, if it is empty, from the
// columns that suit best.
func (r *reader) table(t *source, wanted string) {
	stats := t.count()
	var chosen []int
	if wanted != "" {
		i, err := find(stats, wanted)
		if err != nil {
			r.err = err
			return
		}
		chosen = []int{i}
	} else {
		chosen = t.choose(stats)
	}
	tr := tableReader{reader: r, headed: t.headings != nil, strict: wanted != "", chosen: chosen, names: namesOf(t.headings), stats: stats}
	for i, c := range stats {
		tr.columns = append(tr.columns, c.Name())
		stats[i].Used = 0
	}
	for row := range t.rows() {
		if tr.row(row); r.err != nil {
			break
		}
	}
	r.column = ""
	if len(withAt(stats)) > 0 {
		r.list.Table = &Table{Columns: withAt(stats), Unsure: len(chosen) == 0}
	}
}

// count returns the columns of a table. Used is the number of their cells with an @.
func (t *source) count() []Column {
	var stats []Column
	grow := func(n int) {
		for len(stats) < min(n, maxColumns) {
			stats = append(stats, Column{Number: len(stats) + 1})
		}
	}
	grow(len(t.headings))
	for i := range min(len(t.headings), maxColumns) {
		stats[i].Heading = cut(visible(strings.Join(strings.Fields(t.headings[i]), " ")))
	}
	for row := range t.rows() {
		grow(len(row.cells))
		for i, c := range row.cells {
			if holdsAt(c) {
				s := &stats[min(i, maxColumns-1)]
				if s.Used++; s.Used == 1 {
					s.Example = cutAround(c)
				}
			}
		}
	}
	return stats
}

// A tableReader reads the rows of a table.
type tableReader struct {
	*reader
	headed  bool
	strict  bool // the user chose the column
	chosen  []int
	names   nameColumns
	stats   []Column
	columns []string // their names
}

// row reads the people in a row from the first of the chosen columns that has an
// address. A Matrix ID is preferred to an address because it needs no mail.
func (t *tableReader) row(row record) {
	t.line, t.column = row.line, ""
	if !t.headed && !t.strict && (len(row.cells) == 1 || t.elsewhere(row.cells)) {
		t.readLine(row.text) // a table without headings may end with a list
		for i, c := range row.cells {
			if holdsAt(c) {
				t.stats[min(i, maxColumns-1)].Used++
			}
		}
		return
	}
	read := -1
	for _, i := range t.chosen {
		if i < len(row.cells) && holdsAt(row.cells[i]) {
			read = i
			t.stats[i].Used++
			t.column = t.columns[i]
			t.readCell(row.cells[i], t.nameIn(row.cells, i))
			break
		}
	}
	for i, c := range row.cells {
		if i != read && holdsAt(c) {
			n := min(i, maxColumns-1)
			t.column = t.columns[n]
			t.stats[n].LeftOut++
			t.leaveOut(c, t.reason())
		}
	}
	t.column = ""
	if read < 0 && len(t.chosen) > 0 {
		t.withoutAddress(row)
	}
}

func (t *tableReader) reason() string {
	if len(t.chosen) == 0 {
		return "no column is chosen"
	}
	return "another column is used"
}

// withoutAddress names a row without an address in the chosen columns.
func (t *tableReader) withoutAddress(row record) {
	switch {
	case slices.ContainsFunc(row.cells, func(c string) bool { return isPhone(c) }):
		t.refuse(row.text, ErrPhone)
	case len(row.cells) == 1 && strings.HasPrefix(row.text, "# ") && !holdsAt(row.text):
		// A comment: it has none of the columns.
	case hasLetter(row.text):
		t.refuse(row.text, ErrNoAddress)
	}
}

// elsewhere reports whether a column that is not chosen has an address.
func (t *tableReader) elsewhere(cells []string) bool {
	for i, c := range cells {
		if !slices.Contains(t.chosen, i) && holdsAt(c) {
			return len(t.chosen) == 1
		}
	}
	return false
}

// readCell reads the people in a cell, one or several on each of its lines.
func (r *reader) readCell(text, name string) {
	text = strings.ReplaceAll(text, ":::", ";") // Google separates several addresses so
	for line := range strings.SplitSeq(text, "\n") {
		r.people(trimInvisible(line), name)
	}
}

// nameColumns are the indexes of the columns with names; -1 if there is no such column.
type nameColumns struct{ whole, first, last int }

func namesOf(headings []string) nameColumns {
	c := nameColumns{-1, -1, -1}
	for i, h := range headings {
		w := word(h)
		for _, of := range []string{"employee", "contact", "member", "person", "user", "customer", "attendee", "participant", "student", "preferred", "legal"} {
			if rest, ok := strings.CutPrefix(w, of); ok && rest != "" {
				w = rest
				break
			}
		}
		switch {
		case c.whole < 0 && slices.Contains(nameWords, w):
			c.whole = i
		case c.first < 0 && slices.Contains(firstWords, w):
			c.first = i
		case c.last < 0 && slices.Contains(lastWords, w):
			c.last = i
		}
	}
	// German tables have the columns Name and Vorname, Spanish ones Nombre and
	// Apellidos: then name is the last name or the first name.
	switch {
	case c.first >= 0 && c.last < 0:
		c.last, c.whole = c.whole, -1
	case c.last >= 0 && c.first < 0:
		c.first, c.whole = c.whole, -1
	}
	return c
}

// nameIn returns the name in a row whose address is in a column.
func (t *tableReader) nameIn(cells []string, column int) string {
	if !t.headed {
		return nameBeside(cells, column)
	}
	text := func(i int) string {
		if i < 0 || i >= len(cells) || holdsAt(cells[i]) {
			return ""
		}
		return oneLine(cells[i])
	}
	n := t.names
	return or(text(n.whole), strings.TrimSpace(text(n.first)+" "+text(n.last)))
}

// nameBeside returns the name in a row without headings: the two cells before the
// address, or the one after it.
func nameBeside(cells []string, column int) string {
	letters := func(c string) bool { return strings.ContainsFunc(c, unicode.IsLetter) && !holdsAt(c) }
	var names []string
	for _, c := range cells[max(0, column-2):min(column, len(cells))] {
		if letters(c) {
			names = append(names, c)
		}
	}
	if len(names) == 0 && column == 0 && len(cells) > 1 && letters(cells[1]) {
		names = append(names, cells[1])
	}
	return oneLine(strings.Join(names, " "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
