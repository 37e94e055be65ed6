package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// scroll is how many lines of a page have gone out at the top.
type scroll int

// press moves the lines of a page of a height if the key is one that does.
func (s *scroll) press(msg tea.KeyPressMsg, keys keyMap, lines []string, height int) {
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

func (s *scroll) by(n int, lines []string, height int) {
	*s = max(0, min(*s+scroll(n), scroll(len(lines)-height+1)))
}

// view is the lines that fit, below an empty one and away from the edge. If some
// are left below, the last says how many.
func (s scroll) view(st styles, lines []string, height int) string {
	lines = lines[min(int(s), len(lines)-1):]
	fits := height - 1
	if more := len(lines) - fits; more > 0 {
		lines = append(lines[:fits-1:fits-1], st.faint.Render("↓ "+count(more+1, "more line")))
	}
	return indent("\n"+strings.Join(lines, "\n"), 2)
}
