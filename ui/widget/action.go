package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Tag is a key that no keyboard has. Each binding has that of its action, by
// which it is known, and which the palette presses.
func Tag(action string) string { return "action " + action }

// ActionOf is the name of the action a key is for.
func ActionOf(b key.Binding) string {
	if len(b.Keys()) == 0 {
		return ""
	}
	return strings.TrimPrefix(b.Keys()[0], "action ")
}

// PressOf is the press of the key that no keyboard has.
func PressOf(action string) tea.KeyPressMsg { return tea.KeyPressMsg{Text: Tag(action)} }
