// Package widget has the components of pages: forms, lists, tables with filters,
// scrolling, progress, and clickable texts. It does not depend on any page.
package widget

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/ui/style"
)

// A Host is the program that widgets are part of.
type Host interface {
	Styles() style.Styles
	Keys() Keys
	// Press handles a key press.
	Press(k key.Binding) tea.Cmd
	// Spot returns a text that calls a function when it is clicked.
	Spot(text string, click func() tea.Cmd) string
	// KeySpot returns a text that presses a key when it is clicked, if the top screen
	// offers the key.
	KeySpot(text string, k key.Binding) string
}

// Keys are the keys that the widgets use.
type Keys struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding

	Next, Submit key.Binding // in a form

	Sort, Reverse, Mark, MarkAll key.Binding // in a table
	Filter, Clear                key.Binding
	Complete, Operators          key.Binding // while a filter is typed
}
