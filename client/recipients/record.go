package recipients

import (
	"bufio"
	"encoding/csv"
	"iter"
	"strings"
)

// A record is a row of a table, with the line number where it begins and its text.
type record struct {
	cells []string
	line  int
	text  string
}

// records iterates over the rows of a table. A quote that is not closed, or that
// would join rows with addresses, is treated as an ordinary character, so that only
// its line is affected.
func records(body string, comma byte) iter.Seq[record] {
	return func(yield func(record) bool) {
		line := 1
		buffer := bufio.NewReader(nil) // reused, for there may be many lines with broken quotes
		for body != "" {
			buffer.Reset(strings.NewReader(body))
			rows := csv.NewReader(buffer)
			rows.Comma, rows.FieldsPerRecord, rows.TrimLeadingSpace = rune(comma), -1, comma != '\t'
			rows.Comment = '#'
			done, lines := 0, 0 // bytes and line breaks of body before the current row
			for {
				cells, err := rows.Read()
				if err != nil || joinsRows(cells) {
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

// blank reports whether a line is empty or a comment.
func blank(line string) bool { return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

// lineStart returns the index where line n of s starts. The first line is 0.
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

// joinsRows reports whether a cell contains a line break and an address: its quote
// was probably closed in a later row.
func joinsRows(cells []string) bool {
	for _, cell := range cells {
		if strings.Contains(cell, "\n") && strings.Contains(cell, "@") {
			return true
		}
	}
	return false
}

// splitCells splits a line with broken quotes into cells.
func splitCells(line string, comma byte) []string {
	cells := strings.Split(line, string(comma))
	for i, cell := range cells {
		cells[i] = strings.Trim(cell, ` "`)
	}
	return cells
}
