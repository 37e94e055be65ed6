package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// pressInSearch is a key while the filter is typed. Moving moves the list.
func (h *home) pressInSearch(msg tea.KeyPressMsg) tea.Cmd {
	keys := h.sh.keys
	switch {
	case key.Matches(msg, keys.Submit):
		h.typing = false
	case key.Matches(msg, keys.Clear):
		h.clear()
	case movesWhileTyping(msg):
		h.list.press(msg, keys, h.lines())
		h.list.scroll(h.lines())
		h.anchor, _ = h.list.current()
	default:
		return h.typed(msg)
	}
	return nil
}

// arrows reports whether the filter is typed.
func (h *home) arrows() bool { return h.typing }

// typed gives text to the filter.
func (h *home) typed(msg tea.Msg) tea.Cmd {
	h.noteChoice()
	cmd := h.search.update(msg)
	h.narrow()
	return cmd
}

// narrow shows what the filter lets through, with the cursor where it was or,
// while that row is hidden, on the first.
func (h *home) narrow() {
	h.arrange()
	h.list.at = 0
	h.list.moveTo(h.anchor)
	h.list.scroll(h.lines())
	h.put, _ = h.list.current()
}

// noteChoice has the cursor come back to where the person has put it since.
func (h *home) noteChoice() {
	if k, some := h.list.current(); some && (k != h.put || !h.typing) {
		h.anchor = k
	}
}

// clear lets go of the filter or, if there is none, of the marks.
func (h *home) clear() {
	if !h.typing && h.search.value(0) == "" {
		clear(h.marked)
	}
	h.noteChoice()
	h.typing = false
	h.search.fields[0].input.Reset()
	h.narrow()
}
