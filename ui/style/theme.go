// Package style has the themes, the colours of their roles, and the styles that the
// screens are drawn with.
package style

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// A Theme is a set of colours. The zero value is [DefaultTheme].
type Theme string

// The themes.
const (
	DefaultTheme Theme = "default"
	HighContrast Theme = "high-contrast"
	SixteenColor Theme = "16-color" // the colours of the terminal
	Mono         Theme = "mono"
)

// A Background says whether the terminal's background is dark or light.
type Background string

// The backgrounds. With any other value the program queries the terminal.
const (
	DarkBackground  Background = "dark"
	LightBackground Background = "light"
)

// A Terminal has the properties of the terminal that the colours depend on.
type Terminal struct {
	Background Background           // empty until it is known
	Profile    colorprofile.Profile // the number of colours; Unknown until the terminal has responded
	Console    bool                 // it is the Linux console, which has 16 colours on black
}

// LinuxConsole is the value of TERM on the Linux console.
const LinuxConsole = "linux"

// light reports whether the background is known to be light.
func (in Terminal) light() bool { return in.Background == LightBackground }

// colors are the colours of the roles. Chosen is the background of the selected row.
// Line is the colour of lines and of pages behind cards. All others are colours of
// text. A role without a colour has the default colour of the terminal.
type colors struct{ accent, faint, line, good, warn, bad, chosen color.Color }

// TextColors are the colours of the states of invites.
type TextColors struct{ Good, Warn, Bad color.Color }

// CommandColors returns the colours of a theme for commands. term is the value of
// TERM. The terminal is not queried for its background.
func CommandColors(t Theme, b Background, term string, profile colorprofile.Profile) TextColors {
	in := Terminal{Profile: profile, Console: term == LinuxConsole}
	if b == DarkBackground || b == LightBackground {
		in.Background = b
	}
	c := t.colors(in)
	return TextColors{c.good, c.warn, c.bad}
}

// noColors are the colours of a terminal without colours.
func noColors() colors {
	none := lipgloss.NoColor{}
	return colors{none, none, none, none, none, none, none}
}

// colors returns the colours of a theme in a terminal. All text has a contrast of at
// least 4.5 to a known background. If the background is unknown, it has at least 3 to
// both black and white. Glyphs and bold text show the same states, for terminals
// without colours and for users who do not see colours.
func (t Theme) colors(in Terminal) colors {
	few := in.Profile == colorprofile.NoTTY || in.Profile == colorprofile.ASCII
	switch {
	case t == Mono || few:
		return noColors()
	case t == SixteenColor || in.Profile == colorprofile.ANSI:
		return sixteenColors(in)
	case in.Background != DarkBackground && !in.light():
		return t.middleColors(in.Profile)
	}
	return t.fullColors(in)
}

// sixteenColors returns colours among the first sixteen that are readable in all
// common palettes. The palettes differ much: no red, for example, has enough contrast
// both to black and to the dark background of Solarized.
func sixteenColors(in Terminal) colors {
	c := noColors()
	switch {
	case in.light():
		c.accent, c.bad = lipgloss.Magenta, lipgloss.Red
	case in.Console:
		c.accent, c.good, c.warn, c.bad = lipgloss.BrightMagenta, lipgloss.BrightGreen, lipgloss.BrightYellow, lipgloss.BrightRed
	case in.Background == DarkBackground:
		c.accent, c.good = lipgloss.Cyan, lipgloss.Green
	}
	return c
}

// middleColors returns colours for an unknown background.
func (t Theme) middleColors(profile colorprofile.Profile) colors {
	if t == HighContrast { // only the default colour has more contrast
		return noColors()
	}
	pick := func(of256, full string) color.Color {
		return lipgloss.Complete(profile)(lipgloss.NoColor{}, lipgloss.Color(of256), lipgloss.Color(full))
	}
	return colors{
		accent: pick("98", "#875FD7"), faint: pick("243", "#767676"), line: pick("243", "#767676"),
		good: pick("28", "#008700"), warn: pick("130", "#AF5F00"), bad: pick("160", "#DC3237"),
		chosen: lipgloss.NoColor{},
	}
}

// fullColors returns colours for a known background. The nearest of 256 colours often
// has too little contrast, so each role names one of those as well.
func (t Theme) fullColors(in Terminal) colors {
	type pair struct{ of256, full string }
	pick := func(light, dark pair) color.Color {
		p := dark
		if in.light() {
			p = light
		}
		return lipgloss.Complete(in.Profile)(lipgloss.NoColor{}, lipgloss.Color(p.of256), lipgloss.Color(p.full))
	}
	if t == HighContrast {
		return colors{
			accent: pick(pair{"18", "#2B0FA0"}, pair{"189", "#D9CCFF"}), faint: pick(pair{"236", "#2E2E36"}, pair{"253", "#D8D8E0"}),
			line: pick(pair{"239", "#4A4A55"}, pair{"249", "#B4B4C0"}), good: pick(pair{"22", "#0B4A1C"}, pair{"157", "#A8FFC6"}),
			warn: pick(pair{"52", "#5C3D00"}, pair{"222", "#FFE08A"}), bad: pick(pair{"88", "#8E0A17"}, pair{"217", "#FFC2BC"}),
			chosen: pick(pair{"", "#E4DFF7"}, pair{"236", "#352C5C"}), // no gray is light enough for green text on it, so the row is reversed
		}
	}
	return colors{
		accent: pick(pair{"56", "#5A3EC8"}, pair{"147", "#B69CFF"}), faint: pick(pair{"241", "#63636E"}, pair{"247", "#9494A3"}),
		line: pick(pair{"252", "#D0D0D8"}, pair{"238", "#44444F"}), good: pick(pair{"22", "#157030"}, pair{"115", "#7EE2A8"}),
		warn: pick(pair{"94", "#8A5C00"}, pair{"222", "#F0C674"}), bad: pick(pair{"124", "#C21F2B"}, pair{"210", "#FF8A80"}),
		chosen: pick(pair{"255", "#ECE8FA"}, pair{"235", "#2A2640"}),
	}
}
