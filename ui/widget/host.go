// Package widget has what the pages are made of and what knows no page: forms,
// lists, tables with filters, scrolling, progress, and texts that can be clicked.
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
	// Press does what a key does.
	Press(k key.Binding) tea.Cmd
	// Spot has a text do something when it is clicked.
	Spot(text string, click func() tea.Cmd) string
	// KeySpot has a text press a key when it is clicked, if the screen on top
	// offers the key.
	KeySpot(text string, k key.Binding) string
}

// Keys are the keys of the widgets.
type Keys struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding

	Next, Submit key.Binding // in a form

	Sort, Reverse, Mark, MarkAll key.Binding // in a table
	Filter, Clear                key.Binding
	Complete, Operators          key.Binding // while a filter is typed
}
