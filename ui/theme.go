package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// A Theme is a choice of colours. The zero value is [DefaultTheme].
type Theme string

// The themes.
const (
	DefaultTheme Theme = "default"
	HighContrast Theme = "high-contrast"
	SixteenColor Theme = "16-color" // those the terminal is set to
	Mono         Theme = "mono"
)

// A terminal is what the looks depend on.
type terminal struct {
	dark    bool
	profile colorprofile.Profile // how many colours it has; Unknown before it is asked
}

// colors are the colours of the roles. Chosen is behind text, all others are
// text or lines. A role without a colour looks like all text.
type colors struct{ accent, faint, line, good, warn, bad, chosen color.Color }

// colors returns those of a theme in a terminal. Names, glyphs and weight tell
// the same, for a terminal without colours and for eyes that do not see them.
func (t Theme) colors(in terminal) colors {
	none := lipgloss.NoColor{}
	few := in.profile == colorprofile.ANSI
	pick := func(light, dark string) color.Color {
		return lipgloss.LightDark(in.dark)(lipgloss.Color(light), lipgloss.Color(dark))
	}
	// Of a dark tint the nearest of 256 colours is a loud one; a gray is near.
	tint := func(light, dark, light256, dark256 string) color.Color {
		return lipgloss.Complete(in.profile)(none, pick(light256, dark256), pick(light, dark))
	}
	switch {
	case t == Mono:
		return colors{none, none, none, none, none, none, none}
	case t == SixteenColor || few:
		// None of the sixteen is sure to be readable behind all others.
		c := colors{lipgloss.Magenta, lipgloss.BrightBlack, lipgloss.BrightBlack, lipgloss.Green, lipgloss.Yellow, lipgloss.Red, none}
		if in.dark {
			c.accent, c.good, c.warn, c.bad = lipgloss.BrightMagenta, lipgloss.BrightGreen, lipgloss.BrightYellow, lipgloss.BrightRed
		}
		if t == HighContrast {
			c.faint = none
		}
		return c
	case t == HighContrast:
		return colors{
			accent: pick("#2B0FA0", "#D9CCFF"), faint: pick("#2E2E36", "#D8D8E0"), line: pick("#4A4A55", "#B4B4C0"),
			good: pick("#0B4A1C", "#A8FFC6"), warn: pick("#5C3D00", "#FFE08A"), bad: pick("#8E0A17", "#FFC2BC"),
			chosen: tint("#E4DFF7", "#352C5C", "255", "236"),
		}
	default:
		return colors{
			accent: pick("#5A3EC8", "#B69CFF"), faint: tint("#63636E", "#9494A3", "241", "246"), line: pick("#D0D0D8", "#44444F"),
			good: pick("#157030", "#7EE2A8"), warn: pick("#8A5C00", "#F0C674"), bad: pick("#C21F2B", "#FF8A80"),
			chosen: tint("#ECE8FA", "#2A2640", "255", "235"),
		}
	}
}
