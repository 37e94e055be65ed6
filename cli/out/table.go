package out

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A Table is a table for users, scripts or the accessible mode.
type Table struct {
	Columns []Column
	Rows    [][]Cell

	// Of is the noun for a row, such as "invite". It is set for lists, which the
	// accessible mode reads in pages.
	Of string
	// Calls are the arguments that identify each row in a command. The accessible mode
	// gives such rows numbers.
	Calls [][]string
	// Findings are the invites of the rows; nil if the rows are not invites.
	Findings []Finding
	Saved    bool // the invites are from a file, so commands cannot change them
}

// A Column is a column of a table. Scripts get no title.
type Column struct {
	Title string
	// Yields is set if the column may be narrowed so that the table fits the terminal.
	Yields bool
}

// A Cell has the text that is shown to users, and the exact text for scripts.
type Cell struct {
	Shown, Exact string
	Role         Role

	// Spoken is the text for a screen reader. If it is empty, Shown is read.
	Spoken string
	// Call is set if the cell only identifies the row in commands. If the terminal is
	// wide enough, Exact is shown. The accessible mode does not read it in rows with
	// numbers.
	Call bool
}

// Text returns a cell with the same text for users and scripts.
func Text(s string) Cell { return Cell{Shown: s, Exact: s} }

// Add adds a row.
func (t *Table) Add(row ...Cell) { t.Rows = append(t.Rows, row) }

// Call sets the arguments that identify the row added last.
func (t *Table) Call(words ...string) { t.Calls = append(t.Calls, words) }

// WriteTable writes a table: in aligned columns for a terminal, as sentences in the
// accessible mode, otherwise one line for each row, with the exact texts separated
// by tabs. It makes all text safe for the terminal.
func (p *Printer) WriteTable(t *Table) error {
	w := bufio.NewWriter(p.Out)
	switch {
	case p.Conversation != nil && t.Of != "":
		return p.Conversation.ReadTable(t)
	case p.speaks():
		p.speak(w, t)
	case p.OutTTY:
		t.align(w, p.Width, p.Inks())
	default:
		if p.Header != nil {
			fmt.Fprintln(w, strings.Join(p.Header, "\t"))
		}
		t.separate(w)
	}
	return w.Flush()
}

// separate writes the rows for scripts.
func (t *Table) separate(w io.Writer) {
	for _, row := range t.Rows {
		fmt.Fprintln(w, tabbed(row))
	}
}

// tabbed returns a row for scripts.
func tabbed(row []Cell) string {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = safetext.Line(c.Exact)
	}
	return strings.Join(texts, "\t")
}

const gap = 2 // cells between columns

// minWidths are the minimum widths of columns that yield, in the order in which they
// are tried: of the first column and of the others, and whether titles must not be
// cut. The first column says what a row is about, so it is narrowed last.
func minWidths() []minWidth {
	return []minWidth{{16, 6, true}, {16, 6, false}, {16, 4, false}, {6, 4, false}}
}

type minWidth struct {
	first, other int
	titles       bool
}

// of returns the minimum width of column n.
func (l minWidth) of(n int, title string) int {
	keep := l.other
	if n == 0 {
		keep = l.first
	}
	if l.titles {
		keep = max(keep, ansi.StringWidth(title))
	}
	return keep
}

// align writes the titles and the rows in columns, at most width cells wide if
// width is not 0. It leaves out empty columns.
func (t *Table) align(w io.Writer, width int, in inks) {
	if len(t.Rows) == 0 {
		return
	}
	shown := t.clean(false)
	if whole := t.clean(true); whole.fits(width) {
		shown = whole
	}
	rows := shown.Rows
	if titles := shown.titles(); titles != nil {
		rows = slices.Insert(rows, 0, titles)
	}
	widths := shown.widths(rows, width)
	for _, row := range rows {
		fmt.Fprintln(w, line(row, widths, in))
	}
}

// fits reports whether the rows fit a terminal without being cut. If width is 0,
// the width is unknown, and it returns false.
func (t *Table) fits(width int) bool {
	rows := t.Rows
	if titles := t.titles(); titles != nil {
		rows = slices.Insert(slices.Clone(rows), 0, titles)
	}
	total := gap * (len(t.Columns) - 1)
	for _, w := range t.widths(rows, 0) {
		total += w
	}
	return total <= width
}

// clean returns the table with text that is safe for the terminal and without empty
// columns. If whole is set, cells with Call have their exact text.
func (t *Table) clean(whole bool) *Table {
	out := &Table{Rows: make([][]Cell, len(t.Rows))}
	for n, c := range t.Columns {
		if !slices.ContainsFunc(t.Rows, func(row []Cell) bool { return row[n].Shown != "" }) {
			continue
		}
		out.Columns = append(out.Columns, c)
		for i, row := range t.Rows {
			shown := row[n].Shown
			if whole && row[n].Call {
				shown = row[n].Exact
			}
			out.Rows[i] = append(out.Rows[i], Cell{Shown: safetext.Line(shown), Role: row[n].Role})
		}
	}
	return out
}

// titles returns a row with the titles of the columns, or nil if there are none.
func (t *Table) titles() []Cell {
	if !slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Title != "" }) {
		return nil
	}
	row := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = Cell{Shown: c.Title, Role: Faint}
	}
	return row
}

// widths returns the column widths: that of the widest cell, reduced for the
// columns that may shrink, widest first, until the rows fit.
func (t *Table) widths(rows [][]Cell, width int) []int {
	widths := make([]int, len(t.Columns))
	total := gap * (len(widths) - 1)
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i].Shown))
		}
		total += widths[i]
	}
	if width <= 0 {
		return widths
	}
	for _, l := range minWidths() {
		for ; total > width; total-- {
			widest := -1
			for i, c := range t.Columns {
				if c.Yields && widths[i] > l.of(i, c.Title) && (widest < 0 || widths[i] > widths[widest]) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			widths[widest]--
		}
	}
	return widths // if the row is still too wide, the terminal wraps the line
}

// line returns a row without trailing spaces.
func line(row []Cell, widths []int, in inks) string {
	var b strings.Builder
	blank := 0
	for i, c := range row {
		s := ansi.Truncate(c.Shown, widths[i], "…")
		if s != "" {
			b.WriteString(strings.Repeat(" ", blank))
			blank = 0
			b.WriteString(in.Render(c.Role, s))
		}
		blank += widths[i] - ansi.StringWidth(s) + gap
	}
	return b.String()
}

// WriteRow writes a single row with the given column widths, for a table whose
// later rows are not known yet.
func (p *Printer) WriteRow(columns []Column, row []Cell, widths []int) error {
	s := tabbed(row)
	switch {
	case p.speaks():
		s = p.WrapSentence((&Table{Columns: columns}).Sentence(row, false) + ".")
	case p.OutTTY:
		for i, c := range row {
			row[i].Shown = safetext.Line(c.Shown)
		}
		s = line(row, widths, p.Inks())
	}
	_, err := fmt.Fprintln(p.Out, s)
	return err
}
