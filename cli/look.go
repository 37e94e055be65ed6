package cli

import (
	"cmp"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
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

// roleLook is the look of a role. Something that is going on stands out on the
// screen only.
func roleLook(r wording.Role) look {
	return map[wording.Role]look{wording.Faint: faint, wording.Good: good, wording.Warn: warn, wording.Bad: bad}[r]
}

// statusCell is a status, for people with a question mark if it is only how
// things look.
func statusCell(f finding) cell {
	t, spoken := wording.Status(f.invite.Status), ""
	if !f.certain {
		t, spoken = t.Uncertain(), t.Word+", not certain"
	}
	return cell{shown: t.String(), exact: string(f.invite.Status), spoken: spoken, look: roleLook(t.Role)}
}
