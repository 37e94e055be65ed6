package cli

import (
	"cmp"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/config"
)

// look is a text's role in a table. Its color is one of the sixteen that every
// terminal has in its own taste; what it means stands beside it as a word.
type look int

const (
	plain look = iota
	faint
	good
	warn
	bad
)

func (l look) render(s string) string {
	style := lipgloss.NewStyle()
	switch l {
	case faint:
		style = style.Faint(true)
	case good:
		style = style.Foreground(lipgloss.Green)
	case warn:
		style = style.Foreground(lipgloss.Yellow)
	case bad:
		style = style.Foreground(lipgloss.Red)
	default:
		return s
	}
	return style.Render(s)
}

// mayColor reports whether what goes to Out may have colors
// (https://no-color.org).
func (a *app) mayColor() bool {
	return a.OutTTY && !a.accessible && a.settings.Color != config.ColorNever && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// onlyASCII reports whether the terminal is thought to show nothing else. What
// names no encoding says nothing.
func (a *app) onlyASCII(s *config.Settings) bool {
	if s.Glyphs != "auto" {
		return s.Glyphs == "ascii"
	}
	locale := strings.ToLower(cmp.Or(a.getenv("LC_ALL"), a.getenv("LC_CTYPE"), a.getenv("LANG")))
	return locale != "" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}

// statusLook is the role of a status.
func statusLook(s invite.Status) look {
	switch s {
	case invite.Pending:
		return warn
	case invite.Invited:
		return plain
	case invite.Joined:
		return good
	case invite.Left, invite.Revoked:
		return faint
	default:
		return bad
	}
}

// statusCell is a status, for people with a question mark if it is only how
// things look.
func statusCell(f finding) cell {
	s := f.invite.Status
	c := cell{shown: s.Glyph() + " " + string(s), exact: string(s), look: statusLook(s)}
	if !f.certain {
		c.shown += "?"
		c.spoken = string(s) + ", not certain"
	}
	return c
}
