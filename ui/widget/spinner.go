package widget

import (
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
)

// NewSpinner returns the spinner that pages show during a request.
func NewSpinner() spinner.Model { return spinner.New(spinner.WithSpinner(spinner.MiniDot)) }

// UpdateSpinner advances a spinner by one step if waits is true.
func UpdateSpinner(s *spinner.Model, msg spinner.TickMsg, waits bool) (next tea.Cmd) {
	if waits {
		*s, next = s.Update(msg)
	}
	return next
}
