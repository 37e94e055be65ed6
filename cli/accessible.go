package cli

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// wantsAccessible reports whether the user reads with a screen reader or a
// braille display. Then mxinvite writes plain lines and never moves the cursor.
// The variable ACCESSIBLE is weaker than the flag and MXINVITE_ACCESSIBLE, and
// stronger than the settings file.
func (a *app) wantsAccessible() bool {
	source, v := a.settings.Origin("accessible").Source, a.getenv("ACCESSIBLE")
	if v != "" && source != config.Flag && source != config.Environment {
		return v != "0"
	}
	return a.settings.Accessible
}

// speaks reports whether rows are written as sentences. What goes to a script stays
// in columns with tabs between.
func (a *app) speaks() bool { return a.accessible && (a.OutTTY || a.conversation != nil) }

// spokenWidth is how much of one cell of a list is read aloud: strangers choose
// names.
const spokenWidth = 120

// speak writes all rows of a table as sentences.
func (t *table) speak(w io.Writer) {
	for _, row := range t.rows {
		fmt.Fprintln(w, t.sentence(row, true)+".")
	}
}

// sentence is a row: the title and the text of each cell that is not empty. Signs
// are left out or replaced by words. Of a table without titles the first cell is one.
func (t *table) sentence(row []cell, calls bool) string {
	return strings.TrimSuffix(t.clauses(row, calls), ".")
}

func (t *table) clauses(row []cell, calls bool) string {
	if len(row) == 2 && t.columns[0].title == "" {
		title, text := spokenTitle(row[0]), spoken(row[1], fieldWidth)
		if title == "" {
			return text
		}
		return title + ": " + text
	}
	var parts []string
	for i, c := range row {
		text := spoken(c, spokenWidth)
		if text == "" || c.call && !calls {
			continue
		}
		if title := t.columns[i].title; title != "" {
			text = strings.ToLower(title) + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// spokenTitle is the title of a row. A table on the screen leaves it out if the row
// above has the same; a screen reader reads single lines, and so each has it.
func spokenTitle(c cell) string {
	title := []rune(strings.ReplaceAll(safetext.Line(cmp.Or(c.shown, c.exact)), "_", " "))
	if len(title) > 0 {
		title[0] = unicode.ToUpper(title[0])
	}
	return string(title)
}

// spoken is a cell without the sign before its word, or with a word for the sign
// if it stands before something else.
func spoken(c cell, width int) string {
	if c.spoken != "" {
		return c.spoken
	}
	text := cut(c.shown, width)
	sign, rest, ok := strings.Cut(text, " ")
	r, size := utf8.DecodeRuneInString(sign)
	isSign := ok && size == len(sign) && (r > unicode.MaxASCII || r == '!' || r == '?')
	switch {
	case !isSign:
		return text
	case rest == safetext.Line(c.exact):
		return rest
	}
	return map[string]string{"✓": "yes: ", "✗": "no: ", "?": "unknown: ", "!": ""}[sign] + rest
}

// number is the number by which the user names a row. Items of the outbox have
// numbers that stay the same from one list to the next.
func (t *table) number(row int) string {
	if t.of == outboxItem {
		return t.calls[row][0]
	}
	return strconv.Itoa(row + 1)
}
