package recipients

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

const (
	sample        = 50       // rows that decide whether a text is a table
	maxAbove      = 100      // lines in which the headings are searched
	maxLineLength = 64 << 10 // of a table, in bytes
)

// separators of columns, and the order in which they are tried.
const separators = "\t;,|"

// findTable finds the table in a text: below its headings, if they are known or have no
// @, or else by the columns that its rows have in common. A forced table is found in
// every text whose lines have separators.
func findTable(text string, forced bool) (*source, bool) {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > maxLineLength {
			return nil, false
		}
	}
	body, start := text, 1 // start is the number of the first line of body
	for body != "" && (strings.TrimSpace(firstLine(body)) == "") {
		body, start = afterLine(body), start+1
	}
	candidates := separators
	if declared, ok := separatorLine(firstLine(body)); ok { // a spreadsheet declares it
		candidates = declared
		body, start = afterLine(body), start+1
	}
	if t := knownHeadings(body, start, candidates); t != nil {
		return t, true
	}
	for i := range len(candidates) {
		if t := guess(body, start, candidates[i]); t != nil {
			return t, true
		}
	}
	if forced {
		for i := range len(candidates) {
			if strings.IndexByte(body, candidates[i]) >= 0 {
				return plain(body, start, candidates[i]), true
			}
		}
	}
	return nil, false
}

// separatorLine returns the separator in a line such as sep=; that a spreadsheet writes.
func separatorLine(line string) (string, bool) {
	line = strings.Trim(trimInvisible(line), `"`)
	if len(line) < 4 || !strings.EqualFold(line[:4], "sep=") {
		return "", false
	}
	switch declared := strings.Trim(line[4:], `"`); {
	case len(declared) == 1 && strings.Contains(separators, declared):
		return declared, true
	case declared == "" || declared == `\t`: // the tab was trimmed
		return "\t", true
	}
	return "", false
}

// knownHeadings finds the row of headings with a column for addresses, which may stand
// below notes: the one with the most addresses in its columns below it.
func knownHeadings(body string, start int, candidates string) *source {
	var best *source
	bestRows := -1
	for i := range len(candidates) {
		for row := range records(body, candidates[i], 0) {
			if row.line > maxAbove {
				break
			}
			columns := addressColumns(row.cells)
			if len(columns) == 0 || len(row.cells) == 1 {
				continue
			}
			t := below(body, start, row, candidates[i])
			if n, _ := t.rowsWithAddress(columns); n > bestRows {
				best, bestRows = t, n
			}
		}
	}
	if best == nil {
		best = singleColumn(body, start)
	}
	return best
}

// noSeparator separates the cells of a table with a single column: none.
const noSeparator = 0

// singleColumn finds the heading of a table with one column: in the first line, or where
// all rows below have addresses.
func singleColumn(body string, start int) *source {
	for row := range records(body, noSeparator, 0) {
		switch {
		case row.line > maxAbove || holdsAt(row.text):
			return nil
		case len(addressColumns(row.cells)) == 0 || strings.ContainsAny(row.cells[0], separators):
			continue
		}
		t := below(body, start, row, noSeparator)
		if n, rows := t.rowsWithAddress([]int{0}); row.line == 1 || n > 0 && n == rows {
			return t
		}
	}
	return nil
}

// addressColumns returns the columns of addresses in a row of headings, and nothing if
// the row is none.
func addressColumns(cells []string) []int {
	var columns []int
	for i, c := range cells {
		if !looksLikeHeading(c) {
			return nil
		}
		if useOf(c) != noAddresses {
			columns = append(columns, i)
		}
	}
	return columns
}

// below returns the table below a row of headings.
func below(body string, start int, heading record, comma byte) *source {
	headings := make([]string, len(heading.cells))
	for i, c := range heading.cells {
		headings[i] = visible(c)
	}
	lines := heading.line + strings.Count(heading.text, "\n")
	for range lines {
		body = afterLine(body)
	}
	t := plain(body, start+lines, comma)
	t.headings = headings
	width := len(headings)
	t.rows = shifted(body, comma, width, start+lines)
	return t
}

// plain returns a table without headings.
func plain(body string, start int, comma byte) *source {
	return &source{first: start, rows: shifted(body, comma, 0, start)}
}

// shifted yields the rows of a body whose first line has the number start.
func shifted(body string, comma byte, width, start int) func() iter.Seq[record] {
	return func() iter.Seq[record] {
		return func(yield func(record) bool) {
			for row := range records(body, comma, width) {
				row.line += start - 1
				if !yield(row) {
					return
				}
			}
		}
	}
}

// rowsWithAddress counts those of the first rows that have an address in one of the
// columns.
func (t *source) rowsWithAddress(columns []int) (n, rows int) {
	for row := range t.rows() {
		if rows == sample {
			break
		}
		rows++
		if slices.ContainsFunc(columns, func(i int) bool { return i < len(row.cells) && holdsAt(row.cells[i]) }) {
			n++
		}
	}
	return n, rows
}

// guess returns the table in a text without known headings, if most of its rows have
// bare addresses or Matrix IDs in the same columns. Rows that consist of addresses only
// are a list, unless headings stand above them.
func guess(body string, start int, comma byte) *source {
	var rows, split, found, words int
	var top []string
	width := 0
	perColumn := map[int]int{}
	for row := range records(body, comma, 0) {
		if rows == sample {
			break
		}
		if rows++; rows == 1 {
			top = headingsIn(row.cells)
			if width = len(row.cells); top != nil {
				continue
			}
		}
		if len(row.cells) > 1 {
			split++
		}
		for i, c := range row.cells {
			text := trimInvisible(c)
			if !holdsAt(text) {
				if hasLetter(text) && len(row.cells) == width {
					words++
				}
				continue
			}
			if strings.ContainsAny(text, " <,;\n") || strings.Contains(text, ":") && !isUserID(text) {
				return nil
			}
			perColumn[i]++
			found++
		}
	}
	if top != nil {
		rows--
	}
	enough := found > 1 || comma == '\t' && found == 1
	if !enough || 2*split < rows {
		return nil
	}
	full := 0 // columns that have an address in at least half of the rows
	for _, n := range perColumn {
		if 2*n >= rows {
			full++
		}
	}
	switch {
	case full == 0, len(perColumn) > 1 && full < len(perColumn):
		return nil
	case full > 1 && top == nil && (words < rows || rows < 2):
		return nil
	}
	if top != nil && full > 0 {
		for row := range records(body, comma, 0) {
			return below(body, start, row, comma)
		}
	}
	t := plain(body, start, comma)
	t.columns = slices.Sorted(maps.Keys(perColumn))
	return t
}

// headingsIn returns the cells of a first row if all of them may be headings.
func headingsIn(cells []string) []string {
	var headings []string
	for _, c := range cells {
		if !hasLetter(c) || !looksLikeHeading(c) {
			return nil
		}
		headings = append(headings, c)
	}
	if len(headings) < 2 {
		return nil
	}
	return headings
}
