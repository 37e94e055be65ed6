package recipients

import (
	"iter"
	"strings"
)

// A record is a row of a table. Its cells are valid until the next record is read.
type record struct {
	cells []string
	line  int    // where it begins
	text  string // as it is in the file
}

// maxQuoted is the maximum length of a quoted cell with line breaks, in bytes.
const maxQuoted = 32 << 10

// records iterates over the rows of a table in CSV (RFC 4180, which has no comments).
// width is the number of its columns, 0 if it is not known. A quote that is not closed,
// or that would join rows, is treated as an ordinary character, so that only its line is
// affected; encoding/csv would stop there.
func records(body string, comma byte, width int) iter.Seq[record] {
	return func(yield func(record) bool) {
		var cells []string
		line := 1
		for body != "" {
			var end, breaks int
			cells, end, breaks = splitRow(cells[:0], body, comma)
			if breaks > 0 && joinsRows(cells, comma, width) {
				cells, end, breaks = splitLine(cells[:0], body, comma)
			}
			text := strings.TrimSuffix(body[:end], "\n")
			if strings.TrimSpace(text) != "" && !yield(record{cells, line, text}) {
				return
			}
			body, line = body[end:], line+breaks
			if strings.HasSuffix(text, "\n") || end > len(text) {
				line++
			}
		}
	}
}

// splitRow splits the first row of body. It returns its length with the line break,
// and the number of line breaks in its cells.
func splitRow(cells []string, body string, comma byte) (_ []string, end, breaks int) {
	lineEnd := len(firstLine(body))
	at := 0
	for {
		if value, n, ok := quoted(body[at:], comma); ok {
			cells = append(cells, value)
			at += n
			if more := strings.Count(body[at-n:at], "\n"); more > 0 {
				breaks += more
				lineEnd = at + len(firstLine(body[at:]))
			}
		} else {
			n := strings.IndexByte(body[at:lineEnd], comma)
			if n < 0 {
				n = lineEnd - at
			}
			cells = append(cells, strings.Trim(body[at:at+n], ` "`))
			if value, ok := formula(body[at : at+n]); ok {
				cells[len(cells)-1] = value
			}
			at += n
		}
		switch {
		case at >= len(body):
			return cells, at, breaks
		case body[at] == '\n':
			return cells, at + 1, breaks
		}
		at++ // the separator
	}
}

// splitLine splits a line with broken quotes into cells.
func splitLine(cells []string, body string, comma byte) (_ []string, end, breaks int) {
	text := firstLine(body)
	for part := range strings.SplitSeq(text, string(comma)) {
		cells = append(cells, strings.Trim(part, ` "`))
	}
	return cells, min(len(text)+1, len(body)), 0
}

// quoted returns the value of the quoted cell at the start of s, and its length with
// the spaces around it. It reports false if the cell is not quoted or not closed.
func quoted(s string, comma byte) (value string, n int, ok bool) {
	open := 0
	for open < len(s) && s[open] == ' ' {
		open++
	}
	if open == len(s) || s[open] != '"' {
		return "", 0, false
	}
	limit := min(len(s), maxQuoted)
	for at := open + 1; at < limit; {
		n := strings.IndexByte(s[at:limit], '"')
		if n < 0 {
			return "", 0, false
		}
		if at += n + 1; at < len(s) && s[at] == '"' {
			at++ // an escaped quote
			continue
		}
		value = s[open+1 : at-1]
		for at < len(s) && s[at] == ' ' {
			at++
		}
		if at < len(s) && s[at] != comma && s[at] != '\n' {
			return "", 0, false
		}
		if strings.Contains(value, `""`) {
			value = strings.ReplaceAll(value, `""`, `"`)
		}
		if inner, ok := formula(value); ok {
			value = inner
		}
		return value, at, true
	}
	return "", 0, false
}

// formula returns the text in a cell ="text", which spreadsheets write to keep it as
// text.
func formula(s string) (string, bool) {
	s, ok := strings.CutPrefix(strings.TrimSpace(s), `="`)
	if !ok {
		return "", false
	}
	s, ok = strings.CutSuffix(s, `"`)
	return strings.ReplaceAll(s, `""`, `"`), ok
}

// joinsRows reports whether the cells with line breaks probably are several rows: the
// quote of the first one is closed in a later row. The row of a table with width
// columns has that many cells.
func joinsRows(cells []string, comma byte, width int) bool {
	if width > 0 && len(cells) == width {
		return false
	}
	for _, c := range cells {
		if !strings.Contains(c, "\n") || !strings.Contains(c, "@") {
			continue
		}
		if width > 0 {
			return true
		}
		for line := range strings.SplitSeq(c, "\n") {
			if strings.Contains(line, "@") && strings.IndexByte(line, comma) >= 0 {
				return true
			}
		}
	}
	return false
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}
