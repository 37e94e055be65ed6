// Package style is what the screens look like: themes, the colours of their roles,
// and the styles made from them.
package style

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

// A Background says whether the terminal's background is dark or light.
type Background string

// The backgrounds. With any other value the terminal is asked.
const (
	DarkBackground  Background = "dark"
	LightBackground Background = "light"
)

// A Terminal is what the colours depend on.
type Terminal struct {
	Background Background           // empty as long as it is not known
	Profile    colorprofile.Profile // how many colours it has; Unknown before it is asked
	Console    bool                 // is the Linux console, which has 16 colours on black
}

// LinuxConsole is what TERM is on the Linux console.
const LinuxConsole = "linux"

// light reports whether the background is known to be light.
func (in Terminal) light() bool { return in.Background == LightBackground }

// colors are the colours of the roles. Chosen is behind text, line is for lines
// and for pages behind cards, all others are text. A role without a colour has
// the terminal's own.
type colors struct{ accent, faint, line, good, warn, bad, chosen color.Color }

// TextColors are the colours of text that says how well something stands.
type TextColors struct{ Good, Warn, Bad color.Color }

// CommandColors are the colours of a theme for commands, whose terminal, named as
// in TERM, is not asked for its background.
func CommandColors(t Theme, b Background, term string, profile colorprofile.Profile) TextColors {
	in := Terminal{Profile: profile, Console: term == LinuxConsole}
	if b == DarkBackground || b == LightBackground {
		in.Background = b
	}
	c := t.colors(in)
	return TextColors{c.good, c.warn, c.bad}
}

// noColors are the colours of a terminal that has none.
func noColors() colors {
	none := lipgloss.NoColor{}
	return colors{none, none, none, none, none, none, none}
}

// colors returns those of a theme in a terminal. All text has a contrast of at
// least 4.5 to a background that is known, and else of at least 3 to both black
// and white. Glyphs and weight carry the same meaning, for a terminal without
// colours and for users who do not see them.
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

// sixteenColors are those of the first sixteen that can be read in the palettes
// in use, which differ much: of red, for example, none has enough contrast on
// both black and the dark background of Solarized.
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

// middleColors are for a terminal whose background is not known.
func (t Theme) middleColors(profile colorprofile.Profile) colors {
	if t == HighContrast { // only the terminal's own has more
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

// fullColors are for a background that is known. The nearest of 256 colours is
// seldom near enough, so that each role names one of those as well.
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
			chosen: pick(pair{"", "#E4DFF7"}, pair{"236", "#352C5C"}), // no gray is light enough for green, which is reversed then
		}
	}
	return colors{
		accent: pick(pair{"56", "#5A3EC8"}, pair{"147", "#B69CFF"}), faint: pick(pair{"241", "#63636E"}, pair{"247", "#9494A3"}),
		line: pick(pair{"252", "#D0D0D8"}, pair{"238", "#44444F"}), good: pick(pair{"22", "#157030"}, pair{"115", "#7EE2A8"}),
		warn: pick(pair{"94", "#8A5C00"}, pair{"222", "#F0C674"}), bad: pick(pair{"124", "#C21F2B"}, pair{"210", "#FF8A80"}),
		chosen: pick(pair{"255", "#ECE8FA"}, pair{"235", "#2A2640"}),
	}
}
