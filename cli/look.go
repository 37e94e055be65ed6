package cli

import (
	"cmp"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/ui/style"
)

// look is a text's role in a table. What it means stands beside it as a word.
type look int

const (
	plain look = iota
	faint
	good
	warn
	bad
)

// inks are the styles of the roles. Without any nothing is styled.
type inks map[look]lipgloss.Style

func (i inks) render(l look, s string) string {
	style, ok := i[l]
	if !ok {
		return s
	}
	return style.Render(s)
}

// inks are the styles for what goes to Out. Commands do not ask the terminal for
// its background, so that without the setting the colors can be read on both.
func (a *app) inks() inks {
	if !a.mayColor() {
		return nil
	}
	c := style.CommandColors(style.Theme(a.settings.Theme), style.Background(a.settings.Background), a.getenv("TERM"), colorprofile.Env(a.Env))
	style := lipgloss.NewStyle()
	return inks{
		faint: style.Faint(true), good: style.Foreground(c.Good),
		warn: withColor(c.Warn), bad: withColor(c.Bad),
	}
}

// withColor is a style with a color, or in bold if there is none.
func withColor(c color.Color) lipgloss.Style {
	if _, none := c.(lipgloss.NoColor); none {
		return lipgloss.NewStyle().Bold(true)
	}
	return lipgloss.NewStyle().Foreground(c)
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
