package ui

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// nameWidth is how much of a stranger's name stands in a sentence of ours: a
// longer one could say what we do not.
const nameWidth = 48

// fit cleans a stranger's text and makes it exactly width cells wide.
func fit(s string, width int) string {
	return pad(ansi.Truncate(safetext.Line(s), max(0, width), "…"), width)
}

// cut cleans a stranger's text and makes it at most width cells wide.
func cut(s string, width int) string {
	return ansi.Truncate(safetext.Line(s), max(0, width), "…")
}

// pad adds spaces to our own text up to a width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// padLeft adds spaces before our own text up to a width, as before numbers.
func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-lipgloss.Width(s))) + s
}

// wrap cleans a stranger's text and breaks it into lines of at most width cells.
func wrap(s string, width int) string {
	return withMarks(ansi.Wrap(safetext.Text(s), max(1, width), ""))
}

// point is a mark of ours and a stranger's text beside it, which may take several
// lines.
func point(mark, text string, width int) string {
	return mark + " " + strings.ReplaceAll(wrap(text, width-2), "\n", "\n  ")
}

// withMarks puts combining marks back to their letter where a line was broken
// between them.
func withMarks(s string) string {
	lines := strings.Split(s, "\n")
	for n := 1; n < len(lines); n++ {
		rest := strings.TrimLeftFunc(lines[n], unicode.IsMark)
		lines[n-1] += lines[n][:len(lines[n])-len(rest)]
		lines[n] = rest
	}
	return strings.Join(lines, "\n")
}

// ends puts left and right at the ends of a line. When both do not fit, the
// left one is cut.
func ends(left, right string, width int) string {
	room := max(0, width-lipgloss.Width(right))
	return pad(ansi.Truncate(left, room, "…"), room) + ansi.Truncate(right, width, "…")
}

// block makes text exactly as wide and high as a place on the screen.
func block(s string, width, height int) string {
	lines := strings.Split(s, "\n")
	for len(lines) < height {
		lines = append(lines, "")
	}
	lines = lines[:max(0, height)]
	for i, l := range lines {
		lines[i] = pad(ansi.Truncate(l, width, "…"), width)
	}
	return strings.Join(lines, "\n")
}

// lineCount is how many lines a text has.
func lineCount(s string) int { return strings.Count(s, "\n") + 1 }

// age is how long ago something was, in two or three letters.
func age(now, t time.Time) string {
	d := now.Sub(t)
	const day = 24 * time.Hour
	switch {
	case t.IsZero():
		return "?"
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < day:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d < 14*day:
		return fmt.Sprintf("%dd", d/day)
	case d < 60*day:
		return fmt.Sprintf("%dw", d/(7*day))
	case d < 2*365*day:
		return fmt.Sprintf("%dmo", d/(30*day))
	default:
		return fmt.Sprintf("%dy", d/(365*day))
	}
}

// ago is the same in words.
func ago(now, t time.Time) string {
	short := age(now, t)
	switch short {
	case "now":
		return "just now"
	case "?":
		return "at an unknown time"
	}
	units := []struct{ letter, word string }{{"mo", "month"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"}, {"w", "week"}, {"y", "year"}}
	for _, u := range units {
		if n, ok := strings.CutSuffix(short, u.letter); ok {
			return count(n, u.word) + " ago"
		}
	}
	return short
}

// count is a number and a word that agrees with it.
func count(n any, word string) string {
	s := fmt.Sprint(n)
	if s != "1" {
		word += "s"
	}
	return s + " " + word
}

// moment is a point in time for reading.
func moment(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format("2006-01-02 15:04")
}
