package ui

import (
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Text has the contrast to what is behind it that WCAG 2.2 asks for, AA or AAA,
// and reads as what it is where there are but 256 colours.
func TestColorsCanBeRead(t *testing.T) {
	for theme, ratio := range map[Theme]float64{DefaultTheme: 4.5, HighContrast: 7} {
		for _, in := range []terminal{
			{true, colorprofile.TrueColor}, {false, colorprofile.TrueColor}, {true, colorprofile.ANSI256}, {false, colorprofile.ANSI256},
		} {
			c := theme.colors(in)
			least := ratio
			if in.profile == colorprofile.ANSI256 {
				least *= 0.8 // they are coarse
			}
			behind := []color.Color{lipgloss.Color("#FFFFFF"), c.chosen}
			if in.dark {
				behind = []color.Color{lipgloss.Color("#000000"), lipgloss.Color("#1E1E24"), c.chosen}
			}
			for role, text := range map[string]color.Color{"accent": c.accent, "faint": c.faint, "good": c.good, "warn": c.warn, "bad": c.bad} {
				for _, back := range behind {
					if got := contrast(in.profile.Convert(text), in.profile.Convert(back)); got < least {
						t.Errorf("%s, %+v: %s has a contrast of %.1f to %v", theme, in, role, got, back)
					}
				}
			}
		}
	}
}

// contrast is the ratio that WCAG 2.2 defines.
func contrast(a, b color.Color) float64 {
	one, other := luminance(a)+0.05, luminance(b)+0.05
	return max(one, other) / min(one, other)
}

// luminance is the relative luminance of a colour in sRGB.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xFFFF
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// A terminal with sixteen colours has those that its person has chosen, and they
// stay apart.
func TestFewColorsStayApart(t *testing.T) {
	for _, theme := range []Theme{DefaultTheme, HighContrast, SixteenColor} {
		c := theme.colors(terminal{true, colorprofile.ANSI})
		seen := map[color.Color]bool{}
		for _, role := range []color.Color{c.accent, c.faint, c.good, c.warn, c.bad} {
			if got := colorprofile.ANSI.Convert(role); seen[got] {
				t.Errorf("%s has %v twice", theme, got)
			} else {
				seen[got] = true
			}
		}
		if _, none := c.chosen.(lipgloss.NoColor); !none {
			t.Errorf("%s puts %v behind text", theme, c.chosen)
		}
	}
}
