package widget

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/style"
)

// Scroll is the number of lines of a page that are scrolled out at the top.
type Scroll int

// Press scrolls a page of a height if the key is one of the keys that move.
func (s *Scroll) Press(msg tea.KeyPressMsg, keys Keys, lines []string, height int) {
	page := max(1, height-2)
	switch {
	case key.Matches(msg, keys.Up):
		s.by(-1, lines, height)
	case key.Matches(msg, keys.Down):
		s.by(1, lines, height)
	case key.Matches(msg, keys.PageUp):
		s.by(-page, lines, height)
	case key.Matches(msg, keys.PageDown):
		s.by(page, lines, height)
	case key.Matches(msg, keys.Top):
		*s = 0
	case key.Matches(msg, keys.Bottom):
		s.by(len(lines), lines, height)
	}
}

func (s *Scroll) by(n int, lines []string, height int) {
	*s = (*s + Scroll(n)).within(lines, height)
}

// within returns the nearest valid position, because the number of lines or the height
// may have changed.
func (s Scroll) within(lines []string, height int) Scroll {
	return max(0, min(s, Scroll(len(lines)-height+1)))
}

// View draws the lines that fit, below an empty line and with a margin. If lines are
// left below, the last line shows their number.
func (s Scroll) View(st style.Styles, lines []string, height int) string {
	return cells.Indent(s.ViewPlain(st, lines, height), 2)
}

// ViewPlain is View without a margin.
func (s Scroll) ViewPlain(st style.Styles, lines []string, height int) string {
	return "\n" + FitLines(st, lines[s.within(lines, height):], height-1)
}

// FitLines returns the lines that fit. If some are left out, the last line gives their
// number.
func FitLines(st style.Styles, lines []string, fits int) string {
	if more := len(lines) - fits; more > 0 {
		lines = append(lines[:fits-1:fits-1], st.Faint.Render("↓ "+fmt.Sprintf("%d more lines", more+1)))
	}
	return strings.Join(lines, "\n")
}
