package ui

import (
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
)

// newSpinner turns while somebody waits.
func newSpinner() spinner.Model { return spinner.New(spinner.WithSpinner(spinner.MiniDot)) }

// turn takes a spinner on by one, for as long as somebody waits.
func turn(s *spinner.Model, msg spinner.TickMsg, waits bool) (next tea.Cmd) {
	if waits {
		*s, next = s.Update(msg)
	}
	return next
}
