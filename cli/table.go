package cli

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// A table is rows of the same kind, for a person or for a script.
type table struct {
	columns []column
	rows    [][]cell

	// of is what a row is, in the singular, such as "invite". Only lists have it,
	// which the accessible mode reads in pages.
	of string
	// calls are the words by which commands know each row. The accessible mode
	// gives such rows numbers; an outbox has its own.
	calls [][]string
	// findings are the invites of the rows, if that is what they are.
	findings []finding
	saved    bool // they are from a file, and no account knows them
}

// A column has a title, which only people are shown.
type column struct {
	title string
	// yields is set if the column may be narrowed where the terminal is too
	// narrow for all of them.
	yields bool
}

// A cell is what people are shown, and what scripts get in its place.
type cell struct {
	shown, exact string
	look         look

	// spoken is what a screen reader gets, if that is not what is shown.
	spoken string
	// call is set if only commands need the cell, to tell rows apart. A terminal that
	// is wide enough shows it exactly, and where rows have numbers it is not read
	// aloud.
	call bool
}

// text is a cell that is the same for everybody.
func text(s string) cell { return cell{shown: s, exact: s} }

func (t *table) add(row ...cell) { t.rows = append(t.rows, row) }

// call says by which words commands know the row that was added last.
func (t *table) call(words ...string) { t.calls = append(t.calls, words) }

// writeTable writes a table: aligned for a terminal, and otherwise a line for
// each row with tabs between what scripts get. Either way it is made safe here.
func (a *app) writeTable(t *table) error {
	w := bufio.NewWriter(a.Out)
	switch {
	case a.conversation != nil && t.of != "":
		return a.conversation.read(t)
	case a.speaks():
		t.speak(w)
	case a.OutTTY:
		t.align(w, a.Width, a.inks())
	default:
		if a.header != nil {
			fmt.Fprintln(w, strings.Join(a.header, "\t"))
		}
		t.separate(w)
	}
	return w.Flush()
}

// separate writes what scripts get, with tabs between.
func (t *table) separate(w io.Writer) {
	for _, row := range t.rows {
		fmt.Fprintln(w, tabbed(row))
	}
}

// tabbed is one row for scripts.
func tabbed(row []cell) string {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = safetext.Line(c.exact)
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
func (t *table) align(w io.Writer, width int, in inks) {
	if len(t.rows) == 0 {
		return
	}
	shown := t.clean(false)
	if whole := t.clean(true); whole.fits(width) {
		shown = whole
	}
	rows := shown.rows
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
func (t *table) fits(width int) bool {
	rows := t.rows
	if titles := t.titles(); titles != nil {
		rows = slices.Insert(slices.Clone(rows), 0, titles)
	}
	total := gap * (len(t.columns) - 1)
	for _, w := range t.widths(rows, 0) {
		total += w
	}
	return total <= width
}

// clean is the table as a terminal may show it, with the cells that grow whole or
// in short.
func (t *table) clean(whole bool) *table {
	out := &table{rows: make([][]cell, len(t.rows))}
	for n, c := range t.columns {
		if !slices.ContainsFunc(t.rows, func(row []cell) bool { return row[n].shown != "" }) {
			continue
		}
		out.columns = append(out.columns, c)
		for i, row := range t.rows {
			shown := row[n].shown
			if whole && row[n].call {
				shown = row[n].exact
			}
			out.rows[i] = append(out.rows[i], cell{shown: safetext.Line(shown), look: row[n].look})
		}
	}
	return out
}

// titles is a row of the columns' titles, if they have any.
func (t *table) titles() []cell {
	if !slices.ContainsFunc(t.columns, func(c column) bool { return c.title != "" }) {
		return nil
	}
	row := make([]cell, len(t.columns))
	for i, c := range t.columns {
		row[i] = cell{shown: c.title, look: faint}
	}
	return row
}

// widths is how wide each column is: as its widest cell, but the widest of
// those that yield give way until the rows fit.
func (t *table) widths(rows [][]cell, width int) []int {
	widths := make([]int, len(t.columns))
	total := gap * (len(widths) - 1)
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], ansi.StringWidth(row[i].shown))
		}
		total += widths[i]
	}
	if width <= 0 {
		return widths
	}
	for _, l := range leasts() {
		for ; total > width; total-- {
			widest := -1
			for i, c := range t.columns {
				if c.yields && widths[i] > l.of(i, c.title) && (widest < 0 || widths[i] > widths[widest]) {
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
func line(row []cell, widths []int, in inks) string {
	var b strings.Builder
	blank := 0
	for i, c := range row {
		s := ansi.Truncate(c.shown, widths[i], "…")
		if s != "" {
			b.WriteString(strings.Repeat(" ", blank))
			blank = 0
			b.WriteString(in.render(c.look, s))
		}
		blank += widths[i] - ansi.StringWidth(s) + gap
	}
	return b.String()
}
