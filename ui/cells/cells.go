// Package cells measures, cuts, wraps and joins text by its width in terminal cells.
package cells

import (
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// Fit makes untrusted text safe for a terminal and exactly width cells wide.
func Fit(s string, width int) string {
	return Pad(ansi.Truncate(safetext.Line(s), max(0, width), "…"), width)
}

// Cut makes untrusted text safe for a terminal and at most width cells wide.
func Cut(s string, width int) string {
	return ansi.Truncate(safetext.Line(s), max(0, width), "…")
}

// Pad adds spaces to trusted text up to a width.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// PadLeft adds spaces before trusted text up to a width, to align numbers.
func PadLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(s))) + s
}

// Wrap makes untrusted text safe for a terminal and breaks it into lines of at
// most width cells.
func Wrap(s string, width int) string {
	return withMarks(ansi.Wrap(safetext.Text(s), max(1, width), ""))
}

// Bullet puts a mark before untrusted text, which may be wrapped to several lines.
func Bullet(mark, text string, width int) string {
	return mark + " " + strings.ReplaceAll(Wrap(text, width-2), "\n", "\n  ")
}

// withMarks moves combining marks back to their letter if a line was broken between
// them.
func withMarks(s string) string {
	lines := strings.Split(s, "\n")
	for n := 1; n < len(lines); n++ {
		rest := strings.TrimLeftFunc(lines[n], unicode.IsMark)
		lines[n-1] += lines[n][:len(lines[n])-len(rest)]
		lines[n] = rest
	}
	return strings.Join(lines, "\n")
}

// Ends puts left and right at the ends of a line. When both do not fit, the
// left one is cut.
func Ends(left, right string, width int) string {
	room := max(0, width-lipgloss.Width(right))
	return Pad(ansi.Truncate(left, room, "…"), room) + ansi.Truncate(right, width, "…")
}

// Block makes text exactly width cells wide and height lines high.
func Block(s string, width, height int) string {
	lines := strings.Split(s, "\n")
	for len(lines) < height {
		lines = append(lines, "")
	}
	lines = lines[:max(0, height)]
	for i, l := range lines {
		lines[i] = Pad(ansi.Truncate(l, width, "…"), width)
	}
	return strings.Join(lines, "\n")
}

// Height returns the number of lines of a text.
func Height(s string) int { return strings.Count(s, "\n") + 1 }

// Indent indents all lines by a number of cells.
func Indent(s string, by int) string {
	margin := strings.Repeat(" ", by)
	return margin + strings.ReplaceAll(s, "\n", "\n"+margin)
}

// Beside puts two blocks of the same height side by side.
func Beside(left, right, rule string) string {
	l, r := strings.Split(left, "\n"), strings.Split(right, "\n")
	for i := range l {
		l[i] += rule + r[i]
	}
	return strings.Join(l, "\n")
}

// Width returns the width of the widest line of a text, in cells.
func Width(s string) int { return lipgloss.Width(s) }
