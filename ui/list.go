package ui

import (
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A list is a cursor over rows that come and go. The cursor stays on its row,
// not on its line: when rows arrive above, it moves along.
type list[K comparable] struct {
	keys   []K // of the rows, in order
	at     int
	offset int // the first row on the screen
}

// movesWhileTyping reports whether a key moves in a list while letters are typed
// above it.
func movesWhileTyping(msg tea.KeyPressMsg) bool {
	return slices.Contains([]string{"up", "down", "pgup", "pgdown"}, msg.String())
}

// set replaces the rows.
func (l *list[K]) set(keys []K) {
	current, ok := l.current()
	l.keys = keys
	if ok {
		l.moveTo(current)
	}
	l.at = max(0, min(l.at, len(keys)-1))
}

// moveTo puts the cursor on a row, if it is there.
func (l *list[K]) moveTo(k K) {
	for i := range l.keys {
		if l.keys[i] == k {
			l.at = i
			return
		}
	}
}

func (l *list[K]) current() (k K, ok bool) {
	if l.at < 0 || l.at >= len(l.keys) {
		return k, false
	}
	return l.keys[l.at], true
}

// press moves the cursor if the key is one that does.
func (l *list[K]) press(msg tea.KeyPressMsg, keys keyMap, page int) {
	switch {
	case key.Matches(msg, keys.Up):
		l.at--
	case key.Matches(msg, keys.Down):
		l.at++
	case key.Matches(msg, keys.PageUp):
		l.at -= page
	case key.Matches(msg, keys.PageDown):
		l.at += page
	case key.Matches(msg, keys.Top):
		l.at = 0
	case key.Matches(msg, keys.Bottom):
		l.at = len(l.keys) - 1
	}
	l.at = max(0, min(l.at, len(l.keys)-1))
}

// window is the range of rows to show in so many lines. It moves only when the
// cursor would leave it.
func (l *list[K]) window(height int) (from, to int) {
	height = max(1, height)
	from = max(min(l.offset, l.at), l.at-height+1)
	from = max(0, min(from, len(l.keys)-height))
	return from, min(len(l.keys), from+height)
}

// scroll remembers the window, so that the next one starts from it.
func (l *list[K]) scroll(height int) { l.offset, _ = l.window(height) }
