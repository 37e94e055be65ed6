package widget

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A List is a cursor in a changing list of rows. The cursor stays on its row, not on
// its line: when rows arrive above it, it moves with its row.
type List[K comparable] struct {
	Keys   []K // the keys of the rows, in order
	At     int
	Offset int // the first row on the screen
}

// MovesWhileTyping reports whether a key moves in a list while the user types text
// above it.
func MovesWhileTyping(msg tea.KeyPressMsg) bool {
	return slices.Contains([]string{"up", "down", "pgup", "pgdown"}, msg.String())
}

// Set replaces the rows.
func (l *List[K]) Set(keys []K) {
	current, ok := l.Current()
	l.Keys = keys
	if ok {
		l.MoveTo(current)
	}
	l.At = max(0, min(l.At, len(keys)-1))
}

// MoveTo moves the cursor to a row, if the list has it.
func (l *List[K]) MoveTo(k K) {
	for i := range l.Keys {
		if l.Keys[i] == k {
			l.At = i
			return
		}
	}
}

// Current returns the row under the cursor; ok is false if the list is empty.
func (l *List[K]) Current() (k K, ok bool) {
	if l.At < 0 || l.At >= len(l.Keys) {
		return k, false
	}
	return l.Keys[l.At], true
}

// Press moves the cursor if the key is one of the keys that move.
func (l *List[K]) Press(msg tea.KeyPressMsg, keys Keys, page int) {
	switch {
	case key.Matches(msg, keys.Up):
		l.At--
	case key.Matches(msg, keys.Down):
		l.At++
	case key.Matches(msg, keys.PageUp):
		l.At -= page
	case key.Matches(msg, keys.PageDown):
		l.At += page
	case key.Matches(msg, keys.Top):
		l.At = 0
	case key.Matches(msg, keys.Bottom):
		l.At = len(l.Keys) - 1
	}
	l.At = max(0, min(l.At, len(l.Keys)-1))
}

// Window returns the range of rows to show in a number of lines. The range moves only
// if the cursor would be outside.
func (l *List[K]) Window(height int) (from, to int) {
	height = max(1, height)
	from = max(min(l.Offset, l.At), l.At-height+1)
	from = max(0, min(from, len(l.Keys)-height))
	return from, min(len(l.Keys), from+height)
}

// Scroll stores the range, so that the next call of Window starts from it.
func (l *List[K]) Scroll(height int) { l.Offset, _ = l.Window(height) }
