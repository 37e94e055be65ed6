package ui

import (
	"image/color"
	"regexp"
	"strings"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/spinner"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/client/invite"
)

// styles are what things look like, made from a few roles.
type styles struct {
	plain, strong, faint, accent, good, warn, bad lipgloss.Style

	brand, banner, rule, column, cursor, name, card, label, code, qr lipgloss.Style

	chosen string // turns on what is behind the chosen row; empty if the row is reversed

	dark bool // the background is not known to be light

	help  help.Styles
	input textinput.Styles
}

func hasColor(c color.Color) bool {
	_, none := c.(lipgloss.NoColor)
	return !none
}

// newStyles returns the look of a theme in a terminal.
func newStyles(t Theme, in terminal) styles {
	c := t.colors(in)
	base := lipgloss.NewStyle()
	s := styles{
		plain:  base,
		strong: base.Bold(true),
		faint:  base.Foreground(c.faint),
		accent: base.Foreground(c.accent),
		good:   base.Foreground(c.good),
		warn:   base.Foreground(c.warn),
		bad:    base.Foreground(c.bad),

		brand:  bold(base.Foreground(c.accent)).Reverse(true).Padding(0, 1),
		rule:   base.Foreground(c.line),
		column: base.Foreground(c.faint),
		cursor: base.Foreground(c.accent),
		name:   base,
		label:  base.Foreground(c.faint),
		code:   bold(base.Foreground(c.accent)).Padding(0, 2).Border(lipgloss.RoundedBorder()).BorderForeground(c.accent),
		dark:   !in.light(),
		card:   base.Border(lipgloss.RoundedBorder()).BorderForeground(c.accent).Padding(0, 2),
	}
	if hasColor(c.chosen) {
		s.chosen = ansi.NewStyle().BackgroundColor(c.chosen).String()
	}
	// Weight replaces a colour that is missing.
	for _, role := range []struct {
		style *lipgloss.Style
		color color.Color
	}{{&s.accent, c.accent}, {&s.warn, c.warn}, {&s.bad, c.bad}} {
		if !hasColor(role.color) {
			*role.style = base.Bold(true)
		}
	}
	s.banner = s.warn
	if t == Mono {
		s.faint, s.rule, s.column, s.label = base.Faint(true), base.Faint(true), base.Faint(true), base.Faint(true)
	}
	// A camera wants dark on light, whatever the theme; without colors what is
	// drawn is right for a terminal such as was found.
	s.qr = base.Foreground(lipgloss.Color("#FFFFFF")).Background(lipgloss.Color("#000000"))
	if in.light() {
		s.qr = base.Foreground(lipgloss.Color("#000000")).Background(lipgloss.Color("#FFFFFF"))
	}
	s.help = help.DefaultStyles(!in.light())
	for _, st := range []*lipgloss.Style{&s.help.ShortKey, &s.help.FullKey} {
		*st = s.accent
	}
	for _, st := range []*lipgloss.Style{&s.help.ShortDesc, &s.help.FullDesc, &s.help.ShortSeparator, &s.help.FullSeparator, &s.help.Ellipsis} {
		*st = s.faint
	}
	s.input = textinput.DefaultStyles(!in.light())
	for _, st := range []*textinput.StyleState{&s.input.Focused, &s.input.Blurred} {
		st.Text, st.Placeholder = s.plain, s.faint
	}
	return s
}

// bold is a style in bold, unless it has one of the first eight colours: many
// terminals show those brighter in bold, which no longer has enough contrast.
func bold(s lipgloss.Style) lipgloss.Style {
	if c, basic := s.GetForeground().(ansi.BasicColor); basic && c < ansi.BrightBlack {
		return s
	}
	return s.Bold(true)
}

// behind puts the chosen row's colour behind a line of ours.
func (s styles) behind(line string) string {
	return s.chosen + strings.ReplaceAll(line, ansi.ResetStyle, ansi.ResetStyle+s.chosen) + ansi.ResetStyle
}

// style is a sequence that changes how text looks.
var style = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

// reversed is a line of ours with foreground and background exchanged. Its
// colours would be backgrounds then, so that it keeps none.
func (s styles) reversed(line string) string {
	return ansi.NewStyle().Reverse(true).String() + style.ReplaceAllString(line, "") + ansi.ResetStyle
}

// row is a line of a list, and before it the cursor, if the row is chosen, and a
// mark of one cell. A chosen one is that wide.
func (s styles) row(chosen bool, mark, line string, width int) string {
	switch {
	case !chosen:
		return " " + mark + line
	case s.chosen == "":
		return s.cursor.Render("▌") + s.reversed(mark+pad(line, width-2))
	}
	return s.behind(s.cursor.Render("▌") + mark + pad(line, width-2))
}

// lit is the look of what stands in a row: in the chosen one nothing is faint,
// and the name stands out.
func (s styles) lit(chosen bool) styles {
	if chosen {
		s.name, s.faint = s.strong, s.plain
	}
	return s
}

// behindCards is a page while cards lie over it, which take the light.
func (s styles) behindCards(page string) string {
	lines := strings.Split(page, "\n")
	for n, line := range lines {
		lines[n] = s.rule.Render(ansi.Strip(line))
	}
	return strings.Join(lines, "\n")
}

// newSpinner turns while somebody waits.
func newSpinner() spinner.Model { return spinner.New(spinner.WithSpinner(spinner.MiniDot)) }

// turn takes a spinner on by one, for as long as somebody waits.
func turn(s *spinner.Model, msg spinner.TickMsg, waits bool) (next tea.Cmd) {
	if waits {
		*s, next = s.Update(msg)
	}
	return next
}

// status is the look of a status.
func (s styles) status(st invite.Status) lipgloss.Style {
	switch st {
	case invite.Pending:
		return s.plain
	case invite.Invited:
		return s.accent
	case invite.Joined:
		return s.good
	case invite.Banned, invite.Malformed:
		return s.bad
	default:
		return s.faint
	}
}
