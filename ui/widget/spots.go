package widget

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// spotScheme is the URL scheme of the links that mark spots. Links for users have
// other schemes.
const spotScheme = "spot:"

// Spots are the clickable texts of a frame. The program does not compute their
// positions: after a click it draws the frame once more, with a hyperlink on each
// clickable text, and the hyperlink in the clicked cell identifies the text.
type Spots struct {
	clicks  []func() tea.Cmd // in the order of drawing
	drawing bool             // the frame is being drawn to find the clicked text
}

// Drawing reports whether the frame is being drawn to find the clicked text.
func (s *Spots) Drawing() bool { return s.drawing }

// Add makes a text clickable, and returns the text to draw. A click calls click.
func (s *Spots) Add(text string, click func() tea.Cmd) string {
	if !s.drawing {
		return text
	}
	from, to := ansi.SetHyperlink(spotScheme+strconv.Itoa(len(s.clicks))), ansi.ResetHyperlink()
	s.clicks = append(s.clicks, click)
	return from + strings.ReplaceAll(text, "\n", to+"\n"+from) + to
}

// At returns the function of the clicked cell in the frame that draw draws; nil if the
// cell is not clickable.
func (s *Spots) At(x, y, width, height int, draw func() string) func() tea.Cmd {
	s.drawing, s.clicks = true, nil
	frame := draw()
	clicks := s.clicks
	s.drawing, s.clicks = false, nil
	canvas := lipgloss.NewCanvas(width, height).Compose(lipgloss.NewLayer(frame))
	cell := canvas.CellAt(x, y)
	if cell != nil && cell.Width == 0 { // the second half of a wide character
		cell = canvas.CellAt(x-1, y)
	}
	if cell == nil {
		return nil
	}
	number, ours := strings.CutPrefix(cell.Link.URL, spotScheme)
	n, err := strconv.Atoi(number)
	if !ours || err != nil || n < 0 || n >= len(clicks) {
		return nil
	}
	return clicks[n]
}
