package recipients

import (
	"bufio"
	"encoding/csv"
	"iter"
	"strings"
)

// A record is a row of a table, with the number of its first line and its text.
type record struct {
	cells []string
	line  int
	text  string
}

// records reads rows. A quote that is not closed, or is closed so late that it
// holds other rows, is a letter like others: it costs its own line only.
func records(body string, comma byte) iter.Seq[record] {
	return func(yield func(record) bool) {
		line := 1
		buffer := bufio.NewReader(nil) // one for all, for there may be many broken lines
		for body != "" {
			buffer.Reset(strings.NewReader(body))
			rows := csv.NewReader(buffer)
			rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace = rune(comma), -1, comma != '\t'
			rows.Comment = '#'
			done, lines := 0, 0 // of body, before the row
			for {
				cells, err := rows.Read()
				if err != nil || swallows(cells) {
					break
				}
				at, _ := rows.FieldPos(0)
				end := int(rows.InputOffset())
				begin := done + lineStart(body[done:end], at-1-lines)
				if !yield(record{cells, line + at - 1, body[begin:end]}) {
					return
				}
				lines += strings.Count(body[done:end], "\n")
				done = end
			}
			body, line = body[done:], line+lines
			for body != "" && blank(firstLine(body)) {
				body, line = afterLine(body), line+1
			}
			if body == "" {
				return
			}
			text := firstLine(body)
			if !yield(record{splitCells(text, comma), line, text}) {
				return
			}
			body, line = afterLine(body), line+1
		}
	}
}

// blank reports whether a line is no row.
func blank(line string) bool { return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

// lineStart is where line n of s starts; the first is 0.
func lineStart(s string, n int) int {
	start := 0
	for range n {
		next := strings.IndexByte(s[start:], '\n')
		if next < 0 {
			return start
		}
		start += next + 1
	}
	return start
}

// swallows reports whether a cell holds a line with an address.
func swallows(cells []string) bool {
	for _, cell := range cells {
		if strings.Contains(cell, "\n") && strings.Contains(cell, "@") {
			return true
		}
	}
	return false
}

// splitCells parts a line with broken quotes.
func splitCells(line string, comma byte) []string {
	cells := strings.Split(line, string(comma))
	for i, cell := range cells {
		cells[i] = strings.Trim(cell, ` "`)
	}
	return cells
}
