package ui

import (
	"image/color"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/spinner"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/client/invite"
)

// styles are what things look like, made from a few roles.
type styles struct {
	plain, strong, faint, accent, good, warn, bad lipgloss.Style

	brand, banner, rule, column, cursor, card, label, code, qr lipgloss.Style

	dark bool // the terminal is

	help  help.Styles
	input textinput.Styles
}

// A Theme is a choice of colours. The zero value is [DefaultTheme].
type Theme string

// The themes.
const (
	DefaultTheme Theme = "default"
	HighContrast Theme = "high-contrast"
	SixteenColor Theme = "16-color" // those the terminal is set to
	Mono         Theme = "mono"
)

// colors are the colours of the roles.
type colors struct{ accent, faint, line, good, warn, bad color.Color }

// colors returns those for a dark or a light terminal.
func (t Theme) colors(isDark bool) colors {
	pick := func(light, dark string) color.Color {
		return lipgloss.LightDark(isDark)(lipgloss.Color(light), lipgloss.Color(dark))
	}
	switch t {
	case HighContrast:
		return colors{
			accent: pick("#2B0FA0", "#D9CCFF"), faint: pick("#2E2E36", "#D8D8E0"), line: pick("#4A4A55", "#B4B4C0"),
			good: pick("#0B4A1C", "#A8FFC6"), warn: pick("#5C3D00", "#FFE08A"), bad: pick("#8E0A17", "#FFC2BC"),
		}
	case SixteenColor:
		return colors{lipgloss.Magenta, lipgloss.BrightBlack, lipgloss.BrightBlack, lipgloss.Green, lipgloss.Yellow, lipgloss.Red}
	case Mono:
		none := lipgloss.NoColor{}
		return colors{none, none, none, none, none, none}
	default:
		return colors{
			accent: pick("#5A3EC8", "#B69CFF"), faint: pick("#6B6B76", "#8A8A99"), line: pick("#D0D0D8", "#44444F"),
			good: pick("#1A7F37", "#7EE2A8"), warn: pick("#9A6700", "#F0C674"), bad: pick("#CF222E", "#FF8A80"),
		}
	}
}

// newStyles returns the look for a dark or a light terminal. A terminal with
// fewer colours shows the nearest it has, and one without colours none: every
// meaning has a word or a glyph beside it.
func newStyles(t Theme, isDark bool) styles {
	c := t.colors(isDark)
	base := lipgloss.NewStyle()
	s := styles{
		plain:  base,
		strong: base.Bold(true),
		faint:  base.Foreground(c.faint),
		accent: base.Foreground(c.accent),
		good:   base.Foreground(c.good),
		warn:   base.Foreground(c.warn),
		bad:    base.Foreground(c.bad),

		brand:  base.Bold(true).Foreground(c.accent),
		banner: base.Foreground(c.warn),
		rule:   base.Foreground(c.line),
		column: base.Foreground(c.faint),
		cursor: base.Foreground(c.accent),
		label:  base.Foreground(c.faint),
		code:   base.Bold(true).Foreground(c.accent).Padding(0, 2).Border(lipgloss.RoundedBorder()).BorderForeground(c.accent),
		dark:   isDark,
		card:   base.Border(lipgloss.RoundedBorder()).BorderForeground(c.accent).Padding(0, 2),
	}
	if t == Mono { // weight stands for colour
		s.accent, s.warn, s.bad = base.Bold(true), base.Bold(true), base.Bold(true)
		s.faint, s.rule, s.column, s.label = base.Faint(true), base.Faint(true), base.Faint(true), base.Faint(true)
	}
	// A camera wants dark on light, whatever the theme; without colors what is
	// drawn is right for a terminal such as was found.
	s.qr = base.Foreground(lipgloss.Color("#FFFFFF")).Background(lipgloss.Color("#000000"))
	if !isDark {
		s.qr = base.Foreground(lipgloss.Color("#000000")).Background(lipgloss.Color("#FFFFFF"))
	}
	s.help = help.DefaultStyles(isDark)
	for _, st := range []*lipgloss.Style{&s.help.ShortKey, &s.help.FullKey} {
		*st = s.accent
	}
	for _, st := range []*lipgloss.Style{&s.help.ShortDesc, &s.help.FullDesc, &s.help.ShortSeparator, &s.help.FullSeparator, &s.help.Ellipsis} {
		*st = s.faint
	}
	s.input = textinput.DefaultStyles(isDark)
	for _, st := range []*textinput.StyleState{&s.input.Focused, &s.input.Blurred} {
		st.Text, st.Placeholder = s.plain, s.faint
	}
	return s
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
		return s.warn
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
