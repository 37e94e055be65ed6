package ui

import (
	"context"
	"image/color"
	"math"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

func TestThemes(t *testing.T) {
	for name, look := range map[string]struct {
		theme Theme
		light bool
		ascii bool
	}{
		"dark": {}, "light": {light: true},
		"high contrast dark": {theme: HighContrast}, "high contrast light": {theme: HighContrast, light: true},
		"16 colors": {theme: SixteenColor}, "mono": {theme: Mono}, "ascii": {theme: Mono, ascii: true},
	} {
		inTown(t, func(t *testing.T, n *town) {
			n.invite(t, n.compilers, "lin@kernel.example")
			n.invite(t, n.compilers, "rob@bell.example")
			if err := n.AcceptLink(n.Mails("rob@bell.example")[0], n.ken); err != nil {
				t.Fatal(err)
			}
			account := n.account(t)
			term := termtest.Kind{Light: look.light}.Run(t, 80, 24, func(ctx context.Context) tea.Model {
				return New(ctx, Options{Client: n.options(), Account: account, Theme: look.theme, ASCII: look.ascii})
			})
			term.Wait(time.Second) // until the keys are checked
			n.Inject(sandbox.Fault{Method: "POST", Path: invitePath, Times: 1, Status: 403, Body: `{"errcode":"M_FORBIDDEN","error":"not you"}`})
			send(term, "failed@navy.example", "東京@navy.example")
			n.LimitInvites(sandbox.StockInvitesPerSecond, 1)
			send(term, people(3)...)
			term.GoldenStyles(name + " home")
			term.Press("enter")
			term.GoldenStyles(name + " details")
			term.Press("esc", "o")
			term.GoldenStyles(name + " outbox")
			if look.ascii && !isASCII(term.Screen()+term.Title()) {
				t.Error(term.Screen())
			}
		})
	}
}

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

func TestASCIIKeepsWidths(t *testing.T) {
	for _, s := range []string{"plain", "✓ joined", "日本語", "👩‍👩‍👧 family", "e\u0301", "\x1b[1m●\x1b[m live", "╭──╮", "🇩🇪", "क्षि", `\`} {
		got := ascii(s)
		if !isASCII(got) || lineWidth(got) != lineWidth(s) {
			t.Errorf("%q becomes %q, %d cells instead of %d", s, got, lineWidth(got), lineWidth(s))
		}
	}
	for s, want := range map[string]string{"╭─╮": "+-+", "▌◔": ">.", "\x1b[1m✓": "\x1b[1m+", "⠦⠧": "\\\\", "é": "?"} {
		if got := ascii(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
}
