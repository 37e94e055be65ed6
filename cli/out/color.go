package out

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/ui/style"
)

// Role is the role of a text in a table, shown by its color. The text has the same
// meaning without color.
type Role int

// The roles.
const (
	Plain Role = iota
	Faint
	Good
	Warn
	Bad
)

// inks are the styles of the roles. If it is nil, nothing is styled.
type inks map[Role]lipgloss.Style

func (i inks) Render(l Role, s string) string {
	style, ok := i[l]
	if !ok {
		return s
	}
	return style.Render(s)
}

// Inks returns the styles for Out. Commands do not query the terminal's background
// color, so the default colors are readable on light and dark backgrounds.
func (p *Printer) Inks() inks {
	if !p.MayColor() {
		return nil
	}
	c := style.CommandColors(p.Colors.Theme, p.Colors.Background, p.Getenv("TERM"), colorprofile.Env(p.Env))
	style := lipgloss.NewStyle()
	return inks{
		Faint: style.Faint(true), Good: style.Foreground(c.Good),
		Warn: withColor(c.Warn), Bad: withColor(c.Bad),
	}
}

// withColor returns a style with a color, or with bold text if there is no color.
func withColor(c color.Color) lipgloss.Style {
	if _, none := c.(lipgloss.NoColor); none {
		return lipgloss.NewStyle().Bold(true)
	}
	return lipgloss.NewStyle().Foreground(c)
}

// MayColor reports whether the text written to Out may have colors
// (https://no-color.org).
func (p *Printer) MayColor() bool {
	return p.OutTTY && !p.Accessible && !p.Colors.Never && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
}
