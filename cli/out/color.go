package out

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/ui/style"
)

// Role is a text's role in a table. What it means stands beside it as a word.
type Role int

// The roles.
const (
	Plain Role = iota
	Faint
	Good
	Warn
	Bad
)

// inks are the styles of the roles. Without any nothing is styled.
type inks map[Role]lipgloss.Style

func (i inks) Render(l Role, s string) string {
	style, ok := i[l]
	if !ok {
		return s
	}
	return style.Render(s)
}

// Inks are the styles for what goes to Out. Commands do not ask the terminal for
// its background, so that without the setting the colors can be read on both.
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

// withColor is a style with a color, or in bold if there is none.
func withColor(c color.Color) lipgloss.Style {
	if _, none := c.(lipgloss.NoColor); none {
		return lipgloss.NewStyle().Bold(true)
	}
	return lipgloss.NewStyle().Foreground(c)
}

// MayColor reports whether what goes to Out may have colors
// (https://no-color.org).
func (p *Printer) MayColor() bool {
	return p.OutTTY && !p.Accessible && !p.Colors.Never && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
}
