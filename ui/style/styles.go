package style

import (
	"image/color"
	"regexp"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/textinput"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/wording"
)

// Styles are the styles of all elements of the screen. Current is the style of the
// selected tab, number or completion in a line.
type Styles struct {
	Plain, Strong, Faint, Accent, Good, Warn, Bad lipgloss.Style

	Brand, Banner, Rule, Column, Cursor, Name, Current, Card, Label, Code, QR lipgloss.Style

	chosen string // the escape sequence for the background of the selected row; empty if the row is reversed

	Dark bool // the background is dark or unknown

	Help  help.Styles
	Input textinput.Styles
}

// hasColor reports whether c is a real color, not [lipgloss.NoColor].
func hasColor(c color.Color) bool {
	_, none := c.(lipgloss.NoColor)
	return !none
}

// New returns the styles of a theme in a terminal.
func New(t Theme, in Terminal) Styles {
	c := t.colors(in)
	base := lipgloss.NewStyle()
	s := Styles{
		Plain:  base,
		Strong: base.Bold(true),
		Faint:  base.Foreground(c.faint),
		Accent: base.Foreground(c.accent),
		Good:   base.Foreground(c.good),
		Warn:   base.Foreground(c.warn),
		Bad:    base.Foreground(c.bad),

		Brand:  Bold(base.Foreground(c.accent)).Reverse(true).Padding(0, 1),
		Rule:   base.Foreground(c.line),
		Column: base.Foreground(c.faint),
		Cursor: base.Foreground(c.accent),
		Name:   base,
		Label:  base.Foreground(c.faint),
		Code:   Bold(base.Foreground(c.accent)).Padding(0, 2).Border(lipgloss.RoundedBorder()).BorderForeground(c.accent),
		Dark:   !in.light(),
		Card:   base.Border(lipgloss.RoundedBorder()).BorderForeground(c.accent).Padding(0, 2),
	}
	if hasColor(c.chosen) {
		s.chosen = ansi.NewStyle().BackgroundColor(c.chosen).String()
	}
	// Weight replaces colours that the terminal does not have.
	for _, role := range []struct {
		style *lipgloss.Style
		color color.Color
	}{{&s.Accent, c.accent}, {&s.Warn, c.warn}, {&s.Bad, c.bad}} {
		if !hasColor(role.color) {
			*role.style = base.Bold(true)
		}
	}
	s.Banner = s.Warn
	s.Current = Bold(s.Accent).Underline(true)
	if t == Mono {
		s.Faint, s.Rule, s.Column, s.Label = base.Faint(true), base.Faint(true), base.Faint(true), base.Faint(true)
	}
	// Cameras read dark modules on a light background, in every theme. Without colours,
	// the code is drawn for the known background of the terminal.
	s.QR = base.Foreground(lipgloss.Color("#FFFFFF")).Background(lipgloss.Color("#000000"))
	if in.light() {
		s.QR = base.Foreground(lipgloss.Color("#000000")).Background(lipgloss.Color("#FFFFFF"))
	}
	s.Help = help.DefaultStyles(!in.light())
	for _, st := range []*lipgloss.Style{&s.Help.ShortKey, &s.Help.FullKey} {
		*st = s.Accent
	}
	for _, st := range []*lipgloss.Style{&s.Help.ShortDesc, &s.Help.FullDesc, &s.Help.ShortSeparator, &s.Help.FullSeparator, &s.Help.Ellipsis} {
		*st = s.Faint
	}
	s.Input = textinput.DefaultStyles(!in.light())
	for _, st := range []*textinput.StyleState{&s.Input.Focused, &s.Input.Blurred} {
		st.Text, st.Placeholder = s.Plain, s.Faint
	}
	return s
}

// Bold returns a style in bold, unless its colour is one of the first eight. Many
// terminals show these brighter in bold, with too little contrast.
func Bold(s lipgloss.Style) lipgloss.Style {
	if c, basic := s.GetForeground().(ansi.BasicColor); basic && c < ansi.BrightBlack {
		return s
	}
	return s.Bold(true)
}

// behind draws the background of the selected row behind a line.
func (s Styles) behind(line string) string {
	return s.chosen + strings.ReplaceAll(line, ansi.ResetStyle, ansi.ResetStyle+s.chosen) + ansi.ResetStyle
}

// sgr is an escape sequence that changes how text looks (Select Graphic Rendition).
var sgr = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

// reversed draws a line with foreground and background exchanged. It removes the
// colours of the line, which would become backgrounds.
func (s Styles) reversed(line string) string {
	return ansi.NewStyle().Reverse(true).String() + sgr.ReplaceAllString(line, "") + ansi.ResetStyle
}

// Row draws a line of a list, with a mark of one cell before it. A selected row has
// the cursor and is padded to the width.
func (s Styles) Row(chosen bool, mark, line string, width int) string {
	switch {
	case !chosen:
		return " " + mark + line
	case s.chosen == "":
		return s.Cursor.Render("▌") + s.reversed(mark+cells.Pad(line, width-2))
	}
	return s.behind(s.Cursor.Render("▌") + mark + cells.Pad(line, width-2))
}

// ForRow returns the styles for the content of a row. In the selected row, no text is
// faint and the name is bold.
func (s Styles) ForRow(chosen bool) Styles {
	if chosen {
		s.Name, s.Faint = s.Strong, s.Plain
	}
	return s
}

// BehindCards draws a page behind cards in one faint colour.
func (s Styles) BehindCards(page string) string {
	lines := strings.Split(page, "\n")
	for n, line := range lines {
		lines[n] = s.Rule.Render(ansi.Strip(line))
	}
	return strings.Join(lines, "\n")
}

// Role returns the style of a role.
func (s Styles) Role(r wording.Role) lipgloss.Style {
	switch r {
	case wording.Faint:
		return s.Faint
	case wording.Accent:
		return s.Accent
	case wording.Good:
		return s.Good
	case wording.Warn:
		return s.Warn
	case wording.Bad:
		return s.Bad
	default:
		return s.Plain
	}
}
