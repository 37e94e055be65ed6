package recipients

import (
	"slices"
	"strings"
	"unicode"
)

// sample is the number of rows that decide whether a text is a table.
const sample = 50

// maxLineLength is the maximum length of a table's line, in bytes.
const maxLineLength = 64 << 10

// table reads a text if it is a table, and reports whether it is one.
func (r *reader) table(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > maxLineLength {
			return false
		}
	}
	body, start := text, 0 // start is the number of lines before the body
	next := func() { body, start = afterLine(body), start+1 }
	for body != "" && blank(firstLine(body)) {
		next()
	}
	separators := "\t;,"
	if declared, ok := strings.CutPrefix(strings.TrimSpace(firstLine(body)), "sep="); ok && len(declared) == 1 && strings.Contains(separators, declared) {
		separators = declared // the separator that a spreadsheet announces
		next()
	}
	top := firstLine(body)
	for i := range len(separators) {
		comma := separators[i]
		if c, ok := headings(splitCells(top, comma)); ok && strings.IndexByte(top, comma) >= 0 {
			r.rows(body, comma, start, c, true)
			return true
		}
	}
	if _, ok := headings([]string{top}); ok {
		// A table with a single column has no separators; each row is read like a
		// line of a list.
		next()
		r.line = start
		r.lines(body)
		return true
	}
	for i := range len(separators) {
		if c, ok := guess(body, separators[i]); ok {
			r.rows(body, separators[i], start, c, false)
			return true
		}
	}
	return false
}

// guess finds the only column that contains bare addresses or Matrix IDs in most of
// the rows. A single row with commas is not a table: it may be a list.
func guess(body string, comma byte) (columns, bool) {
	rows, split, found, column := 0, 0, 0, -1
	for row := range records(body, comma) {
		if rows == sample {
			break
		}
		if rows++; len(row.cells) > 1 {
			split++
		}
		for i, cell := range row.cells {
			if !strings.Contains(cell, "@") {
				continue
			}
			if column < 0 {
				column = i
			}
			cell = strings.TrimSpace(cell)
			if i != column || strings.ContainsAny(cell, " <,;") || strings.Contains(cell, ":") && !isUserID(cell) {
				return columns{}, false
			}
			found++
		}
	}
	enough := found > 1 || comma == '\t' && found == 1
	return columns{addresses: []int{column}, name: -1, first: -1, last: -1}, enough && 2*found >= rows && 2*split >= rows
}

// rows reads a table. Without headings, a row with one cell or with addresses in
// other columns is read like a line of a list.
func (r *reader) rows(body string, comma byte, start int, c columns, headed bool) {
	for row := range records(body, comma) {
		r.line = start + row.line
		switch {
		case headed && row.line == 1:
		case !headed && (len(row.cells) == 1 || hasAddressElsewhere(row.cells, c.addresses[0])):
			r.readLine(row.text)
		default:
			r.row(row, c, headed)
		}
		if r.err != nil {
			return
		}
	}
}

func hasAddressElsewhere(cells []string, column int) bool {
	for i, cell := range cells {
		if i != column && strings.Contains(cell, "@") {
			return true
		}
	}
	return false
}

// row reads the recipient in a row from the first column that has an address. A
// Matrix ID is preferred to an address because it needs no mail.
func (r *reader) row(row record, c columns, headed bool) {
	name := c.nameIn(row.cells)
	if !headed {
		name = nameBeside(row.cells, c.addresses[0])
	}
	for _, i := range c.addresses {
		if i < len(row.cells) && strings.Contains(row.cells[i], "@") {
			r.people(strings.ReplaceAll(row.cells[i], ":::", ";"), name) // Google separates several addresses with :::
			return
		}
	}
	switch {
	case slices.ContainsFunc(row.cells, isPhone):
		r.refuse(row.text, ErrPhone)
	case hasLetter(row.text):
		r.refuse(row.text, ErrNoAddress)
	}
}

// nameIn returns the name in a row of a table with headings.
func (c columns) nameIn(cells []string) string {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return oneLine(cells[i])
	}
	return or(cell(c.name), strings.TrimSpace(cell(c.first)+" "+cell(c.last)))
}

// nameBeside returns the name in a row without headings: the two cells before the
// address, or the one after it.
func nameBeside(cells []string, column int) string {
	column = min(column, len(cells))
	names := slices.DeleteFunc(slices.Clone(cells[max(0, column-2):column]), func(s string) bool {
		return !strings.ContainsFunc(s, unicode.IsLetter)
	})
	if len(names) == 0 && column == 0 && len(cells) > 1 && strings.ContainsFunc(cells[1], unicode.IsLetter) {
		names = cells[1:2]
	}
	return oneLine(strings.Join(names, " "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
