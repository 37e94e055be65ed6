package style

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// A palette16 has the sixteen colours of a terminal, its dark and light backgrounds,
// and the default text colour on each.
type palette16 struct {
	colors              string // in hexadecimal
	dark, light         string
	darkText, lightText string
}

// palettes returns common palettes.
func palettes() map[string]palette16 {
	return map[string]palette16{
		// https://gitlab.freedesktop.org/xorg/app/xterm/-/blob/master/XTerm-col.ad,
		// with the values of X11's rgb.txt; black on white unless resources say otherwise.
		"xterm": {
			colors: "000000 CD0000 00CD00 CDCD00 0000EE CD00CD 00CDCD E5E5E5 7F7F7F FF0000 00FF00 FFFF00 5C5CFF FF00FF 00FFFF FFFFFF",
			dark:   "000000", darkText: "FFFFFF", light: "FFFFFF", lightText: "000000",
		},
		// https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/drivers/tty/vt/vt.c
		// (default_red, default_grn, default_blu).
		"Linux console": {
			colors: "000000 AA0000 00AA00 AA5500 0000AA AA00AA 00AAAA AAAAAA 555555 FF5555 55FF55 FFFF55 5555FF FF55FF 55FFFF FFFFFF",
			dark:   "000000", darkText: "AAAAAA", light: "FFFFFF", lightText: "000000",
		},
		// https://ethanschoonover.com/solarized/#the-values
		"Solarized": {
			colors: "073642 DC322F 859900 B58900 268BD2 D33682 2AA198 EEE8D5 002B36 CB4B16 586E75 657B83 839496 6C71C4 93A1A1 FDF6E3",
			dark:   "002B36", darkText: "839496", light: "FDF6E3", lightText: "657B83",
		},
		// Campbell, https://github.com/microsoft/terminal/blob/main/src/cascadia/TerminalSettingsModel/defaults.json
		"Windows console": {
			colors: "0C0C0C C50F1F 13A10E C19C00 0037DA 881798 3A96DD CCCCCC 767676 E74856 16C60C F9F1A5 3B78FF B4009E 61D6D6 F2F2F2",
			dark:   "0C0C0C", darkText: "CCCCCC", light: "F2F2F2", lightText: "0C0C0C",
		},
		// https://git.tartarus.org/?p=simon/putty.git;a=blob;f=settings.c (the defaults of Colour0 to Colour21).
		"PuTTY": {
			colors: "000000 BB0000 00BB00 BBBB00 0000BB BB00BB 00BBBB BBBBBB 555555 FF5555 55FF55 FFFF55 5555FF FF55FF 55FFFF FFFFFF",
			dark:   "000000", darkText: "BBBBBB", light: "FFFFFF", lightText: "000000",
		},
	}
}

// shows returns the colour that a terminal with the palette shows.
func (p palette16) shows(c color.Color) color.Color {
	if n, ok := c.(ansi.BasicColor); ok {
		return lipgloss.Color("#" + strings.Fields(p.colors)[n])
	}
	return c
}

// textRoles returns the colours of text. It leaves out the colour of lines, which
// pages behind cards have.
func (c colors) textRoles() map[string]color.Color {
	return map[string]color.Color{"accent": c.accent, "faint": c.faint, "good": c.good, "warn": c.warn, "bad": c.bad}
}

func allThemes() []Theme { return []Theme{DefaultTheme, HighContrast, SixteenColor, Mono} }

func allProfiles() []colorprofile.Profile {
	return []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII}
}

// WCAG 2.2 requires a contrast of 4.5
// (https://www.w3.org/TR/WCAG22/#contrast-minimum). If the default text of a palette
// has less, as that of Solarized on light, the test requires no more than that.
func TestTextHasContrastToAKnownBackground(t *testing.T) {
	for name, p := range palettes() {
		for _, side := range []struct {
			background Background
			hex, text  string
		}{{DarkBackground, p.dark, p.darkText}, {LightBackground, p.light, p.lightText}} {
			behind := lipgloss.Color("#" + side.hex)
			least := min(4.5, contrast(lipgloss.Color("#"+side.text), behind))
			for _, theme := range allThemes() {
				for _, profile := range allProfiles() {
					c := theme.colors(Terminal{Background: side.background, Profile: profile})
					for role, text := range c.textRoles() {
						if !hasColor(text) {
							continue // the default colour of the terminal
						}
						of := fmt.Sprintf("%s, %s, %s, %s: %s", name, side.background, theme, profile, role)
						atLeast(t, of, p.shows(text), behind, least)
						if hasColor(c.chosen) {
							atLeast(t, of+" in the chosen row", p.shows(text), c.chosen, least)
						}
					}
				}
			}
		}
	}
}

// The high-contrast theme has a contrast of 7 (level AAA) where it chooses the colours
// itself. The backgrounds of Solarized are neither black nor white.
func TestHighContrastHasMore(t *testing.T) {
	for background, hex := range map[Background]string{DarkBackground: "#1E1E24", LightBackground: "#F2F2F2"} {
		for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256} {
			c := HighContrast.colors(Terminal{Background: background, Profile: profile})
			for role, text := range c.textRoles() {
				atLeast(t, fmt.Sprint(background, profile, role), text, lipgloss.Color(hex), 7)
				if hasColor(c.chosen) {
					atLeast(t, fmt.Sprint(background, profile, role, " in the chosen row"), text, c.chosen, 7)
				}
			}
		}
	}
}

// A terminal that does not report its background may have a dark or a light one.
func TestTextHasContrastToAnUnknownBackground(t *testing.T) {
	for name, p := range palettes() {
		for _, theme := range allThemes() {
			for _, profile := range append(allProfiles(), colorprofile.Unknown) {
				for role, text := range theme.colors(Terminal{Profile: profile}).textRoles() {
					if hasColor(text) {
						of := fmt.Sprintf("%s, %s, %s: %s", name, theme, profile, role)
						atLeast(t, of+" on black", p.shows(text), color.Black, 3)
						atLeast(t, of+" on white", p.shows(text), color.White, 3)
					}
				}
			}
		}
	}
}

func TestLinuxConsoleHasColors(t *testing.T) {
	c := DefaultTheme.colors(Terminal{Profile: colorprofile.ANSI, Console: true})
	seen := map[color.Color]bool{}
	for role, text := range c.textRoles() {
		if role == "faint" {
			continue
		}
		atLeast(t, role, palettes()["Linux console"].shows(text), color.Black, 4.5)
		if !hasColor(text) || seen[text] {
			t.Errorf("%s has the colour of another role", role)
		}
		seen[text] = true
	}
}

func atLeast(t *testing.T, of string, text, behind color.Color, least float64) {
	t.Helper()
	if got := contrast(text, behind); got < least {
		t.Errorf("%s has a contrast of %.2f, and needs %.2f", of, got, least)
	}
}

// contrast returns the contrast ratio as WCAG 2.2 defines it.
func contrast(a, b color.Color) float64 {
	one, other := luminance(a)+0.05, luminance(b)+0.05
	return max(one, other) / min(one, other)
}

// luminance returns the relative luminance of a colour in sRGB.
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

// Many terminals show the first eight colours in bold as the bright eight.
func TestBoldKeepsTheContrast(t *testing.T) {
	for _, background := range []Background{DarkBackground, LightBackground} {
		st := New(DefaultTheme, Terminal{Background: background, Profile: colorprofile.ANSI})
		for name, style := range map[string]lipgloss.Style{"brand": st.Brand, "code": st.Code, "accent": Bold(st.Accent), "bad": Bold(st.Bad), "good": Bold(st.Good)} {
			if _, basic := style.GetForeground().(ansi.BasicColor); basic && style.GetBold() {
				t.Errorf("%s on %s is bold in %v", name, background, style.GetForeground())
			}
		}
	}
	if st := New(DefaultTheme, Terminal{Background: DarkBackground, Profile: colorprofile.TrueColor}); !Bold(st.Good).GetBold() {
		t.Error("nothing is bold in true colour")
	}
}

// If a theme has no background colour for the selected row, the row is reversed and
// has no colours, which would become backgrounds.
func TestChosenRowIsSeen(t *testing.T) {
	for _, theme := range allThemes() {
		for _, background := range []Background{"", DarkBackground, LightBackground} {
			for _, profile := range allProfiles() {
				st := New(theme, Terminal{Background: background, Profile: profile})
				row := st.Row(true, " ", st.Bad.Render("forged")+" grace", 20)
				tinted := hasColor(theme.colors(Terminal{Background: background, Profile: profile}).chosen)
				want := "\x1b[7m forged grace      \x1b[m"
				if !tinted && !strings.HasSuffix(row, want) || tinted && !strings.Contains(row, "48;") {
					t.Errorf("%s, %s, %s: %q", theme, background, profile, row)
				}
				if plain := ASCII(ansi.Strip(row)); !strings.HasPrefix(plain, "> forged") {
					t.Errorf("in ASCII: %q", plain)
				}
			}
		}
	}
}
