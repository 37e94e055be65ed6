package out

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// speaks reports whether rows are written as sentences. What goes to a script stays
// in columns with tabs between.
func (p *Printer) speaks() bool { return p.Accessible && (p.OutTTY || p.Conversation != nil) }

// spokenWidth is how much of one cell of a list is read aloud: strangers choose
// names.
const spokenWidth = 120

// speak writes all rows of a table as sentences.
func (p *Printer) speak(w io.Writer, t *Table) {
	for _, row := range t.Rows {
		fmt.Fprintln(w, p.WrapSentence(t.Sentence(row, true)+"."))
	}
}

// Sentence is a row: the title and the text of each cell that is not empty. Signs
// are left out or replaced by words. Of a table without titles the first cell is one.
func (t *Table) Sentence(row []Cell, calls bool) string {
	return strings.TrimSuffix(t.clauses(row, calls), ".")
}

func (t *Table) clauses(row []Cell, calls bool) string {
	if len(row) == 2 && t.Columns[0].Title == "" {
		title, text := spokenTitle(row[0]), spoken(row[1], fieldWidth)
		if title == "" {
			return text
		}
		return title + ": " + text
	}
	var parts []string
	for i, c := range row {
		text := spoken(c, spokenWidth)
		if text == "" || c.Call && !calls {
			continue
		}
		if title := t.Columns[i].Title; title != "" {
			text = strings.ToLower(title) + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// spokenTitle is the title of a row. A table on the screen leaves it out if the row
// above has the same; a screen reader reads single lines, and so each has it.
func spokenTitle(c Cell) string {
	title := []rune(strings.ReplaceAll(safetext.Line(cmp.Or(c.Shown, c.Exact)), "_", " "))
	if len(title) > 0 {
		title[0] = unicode.ToUpper(title[0])
	}
	return string(title)
}

// spoken is a cell without the sign before its word, or with a word for the sign
// if it stands before something else.
func spoken(c Cell, width int) string {
	if c.Spoken != "" {
		return c.Spoken
	}
	text := Cut(c.Shown, width)
	sign, rest, ok := strings.Cut(text, " ")
	r, size := utf8.DecodeRuneInString(sign)
	isSign := ok && size == len(sign) && (r > unicode.MaxASCII || r == '!' || r == '?')
	switch {
	case !isSign:
		return text
	case rest == safetext.Line(c.Exact):
		return rest
	}
	return map[string]string{"✓": "yes: ", "✗": "no: ", "?": "unknown: ", "!": ""}[sign] + rest
}
