package widget

import (
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
)

// NewSpinner turns while somebody waits.
func NewSpinner() spinner.Model { return spinner.New(spinner.WithSpinner(spinner.MiniDot)) }

// Turn takes a spinner on by one, for as long as somebody waits.
func Turn(s *spinner.Model, msg spinner.TickMsg, waits bool) (next tea.Cmd) {
	if waits {
		*s, next = s.Update(msg)
	}
	return next
}
