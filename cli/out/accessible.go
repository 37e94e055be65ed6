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

// speaks reports whether rows are written as sentences. For scripts, rows are
// written as columns, also in the accessible mode.
func (p *Printer) speaks() bool { return p.Accessible && (p.OutTTY || p.Conversation != nil) }

// spokenWidth limits the text of one cell in a list, in terminal cells: other users
// choose the names.
const spokenWidth = 120

// speak writes all rows of a table as sentences.
func (p *Printer) speak(w io.Writer, t *Table) {
	for _, row := range t.Rows {
		fmt.Fprintln(w, p.WrapSentence(t.Sentence(row, true)+"."))
	}
}

// Sentence returns a row as a sentence: the column title and the text of each cell
// that is not empty. Glyphs are removed or replaced by words. In a table without
// titles, the first cell of a row is the title of the second. calls reports whether
// cells with [Cell.Call] are included.
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

// spokenTitle returns the title of a row. The screen reader reads single lines, so
// a title that is the same as in the row above is repeated.
func spokenTitle(c Cell) string {
	title := []rune(strings.ReplaceAll(safetext.Line(cmp.Or(c.Shown, c.Exact)), "_", " "))
	if len(title) > 0 {
		title[0] = unicode.ToUpper(title[0])
	}
	return string(title)
}

// spoken returns the text of a cell without its glyph. A word replaces the glyph if
// the text does not already say it.
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
