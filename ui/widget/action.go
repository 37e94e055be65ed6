package widget

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Tag returns the name of a key that stands for an action. No keyboard sends such keys;
// the palette and clicks do. The first key of each binding is the tag of its action.
func Tag(action string) string { return "action " + action }

// ActionOf returns the name of the action of a binding.
func ActionOf(b key.Binding) string {
	if len(b.Keys()) == 0 {
		return ""
	}
	return strings.TrimPrefix(b.Keys()[0], "action ")
}

// PressOf returns the key press for an action, with a key that no keyboard sends.
func PressOf(action string) tea.KeyPressMsg { return tea.KeyPressMsg{Text: Tag(action)} }
