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

// A Table is rows of the same kind, for a person or for a script.
type Table struct {
	Columns []Column
	Rows    [][]Cell

	// Of is what a row is, in the singular, such as "invite". Only lists have it,
	// which the accessible mode reads in pages.
	Of string
	// Calls are the words by which commands know each row. The accessible mode
	// gives such rows numbers; an outbox has its own.
	Calls [][]string
	// Findings are the invites of the rows; nil if the rows are not invites.
	Findings []Finding
	Saved    bool // they are from a file, and no account knows them
}

// A Column has a title, which only people are shown.
type Column struct {
	Title string
	// Yields is set if the column may be narrowed where the terminal is too
	// narrow for all of them.
	Yields bool
}

// A Cell is what people are shown, and what scripts get in its place.
type Cell struct {
	Shown, Exact string
	Role         Role

	// Spoken is the text for a screen reader; empty if it is the same as Shown.
	Spoken string
	// Call is set if only commands need the cell, to tell rows apart. A terminal that
	// is wide enough shows it exactly, and where rows have numbers it is not read
	// aloud.
	Call bool
}

// Text is a cell that is the same for everybody.
func Text(s string) Cell { return Cell{Shown: s, Exact: s} }

// Add adds a row.
func (t *Table) Add(row ...Cell) { t.Rows = append(t.Rows, row) }

// Call says by which words commands know the row that was added last.
func (t *Table) Call(words ...string) { t.Calls = append(t.Calls, words) }

// WriteTable writes a table: aligned for a terminal, and otherwise a line for
// each row with tabs between what scripts get. Either way it is made safe here.
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

// separate writes what scripts get, with tabs between.
func (t *Table) separate(w io.Writer) {
	for _, row := range t.Rows {
		fmt.Fprintln(w, tabbed(row))
	}
}

// tabbed is one row for scripts.
func tabbed(row []Cell) string {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = safetext.Line(c.Exact)
	}
	return strings.Join(texts, "\t")
}

const gap = 2 // cells between columns

// leasts are how many cells the first column and the others keep when they yield,
// and whether titles stay whole: first with grace, and at the end as it must be.
// The first one says what the row is about, so it yields last.
func leasts() []least {
	return []least{{16, 6, true}, {16, 6, false}, {16, 4, false}, {6, 4, false}}
}

type least struct {
	first, other int
	titles       bool
}

// of is how narrow the column may become.
func (l least) of(n int, title string) int {
	keep := l.other
	if n == 0 {
		keep = l.first
	}
	if l.titles {
		keep = max(keep, ansi.StringWidth(title))
	}
	return keep
}

// align writes the rows below their titles, no wider than width if that is
// known. A column that is empty all the way down is left out.
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

// fits reports whether a terminal of this width shows the rows without cutting
// any. A width of 0 is not known.
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

// clean is the table as a terminal may show it, with the cells that grow whole or
// in short.
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

// titles is a row of the columns' titles, if they have any.
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
	for _, l := range leasts() {
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
	return widths // if they are still too wide, the terminal breaks the line
}

// line is one row. Nothing follows its last text.
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

// WriteRow writes one row at once, with given widths, because the later rows
// are not known yet.
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
