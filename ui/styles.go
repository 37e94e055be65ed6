package ui

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/spinner"
	"charm.land/bubbles/v2/textinput"
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

// newStyles returns the look for a dark or a light terminal. A terminal with
// fewer colours shows the nearest it has, and one without colours none: every
// meaning has a word or a glyph beside it.
func newStyles(isDark bool) styles {
	pick := lipgloss.LightDark(isDark)
	accent := pick(lipgloss.Color("#5A3EC8"), lipgloss.Color("#B69CFF"))
	faint := pick(lipgloss.Color("#6B6B76"), lipgloss.Color("#8A8A99"))
	line := pick(lipgloss.Color("#D0D0D8"), lipgloss.Color("#44444F"))
	good := pick(lipgloss.Color("#1A7F37"), lipgloss.Color("#7EE2A8"))
	warn := pick(lipgloss.Color("#9A6700"), lipgloss.Color("#F0C674"))
	bad := pick(lipgloss.Color("#CF222E"), lipgloss.Color("#FF8A80"))

	base := lipgloss.NewStyle()
	s := styles{
		plain:  base,
		strong: base.Bold(true),
		faint:  base.Foreground(faint),
		accent: base.Foreground(accent),
		good:   base.Foreground(good),
		warn:   base.Foreground(warn),
		bad:    base.Foreground(bad),

		brand:  base.Bold(true).Foreground(accent),
		banner: base.Foreground(warn),
		rule:   base.Foreground(line),
		column: base.Foreground(faint),
		cursor: base.Foreground(accent),
		label:  base.Foreground(faint),
		code:   base.Bold(true).Foreground(accent).Padding(0, 2).Border(lipgloss.RoundedBorder()).BorderForeground(accent),
		dark:   isDark,
		card:   base.Border(lipgloss.RoundedBorder()).BorderForeground(accent).Padding(0, 2),
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

// glyph is the sign that stands beside the word for a status.
func glyph(st invite.Status) string {
	switch st {
	case invite.Pending:
		return "◔"
	case invite.Invited:
		return "◑"
	case invite.Joined:
		return "●"
	case invite.Left, invite.Revoked:
		return "○"
	case invite.Banned:
		return "✗"
	default:
		return "!"
	}
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
