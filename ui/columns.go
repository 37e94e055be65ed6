package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
)

// columns are the widths of the list of invites, in cells.
type columns struct{ name, room, status, by, sent int }

const (
	statusWidth = 11 // "! malformed"
	sentWidth   = 5
)

// inviteColumns shares a line out: what must be told first, and the rest
// between the names.
func inviteColumns(width int) columns {
	c := columns{status: statusWidth, sent: sentWidth}
	rest := width - 3 - c.status - c.sent - 3*2 // the cursor, and gaps
	if width >= 72 {
		c.by = rest / 4
		rest -= c.by + 2
	}
	c.name = rest / 2
	c.room = rest - c.name
	return c
}

func (c columns) head(st styles) string {
	return st.column.Render("   " + c.line("INVITED", "ROOM", "STATUS", "BY", "SENT"))
}

func (c columns) line(name, room, status, by, sent string) string {
	cells := []string{pad(name, c.name), pad(room, c.room), pad(status, c.status)}
	if c.by > 0 {
		cells = append(cells, pad(by, c.by))
	}
	return strings.Join(append(cells, pad(sent, c.sent)), "  ")
}

func (c columns) row(sh *shell, i invite.Invite, r client.Room, chosen bool) string {
	st := sh.styles
	mark, name := "   ", st.plain
	if chosen {
		mark, name = " "+st.cursor.Render("▌")+" ", st.strong
	}
	status := st.status(i.Status).Render(glyph(i.Status) + " " + string(i.Status))
	if _, ok := sh.revokes[keyOf(i)]; ok {
		status = st.warn.Render("… revoking")
	}
	return mark + c.line(
		name.Render(cut(nameOf(i), c.name)), cut(r.Label(), c.room), status,
		st.faint.Render(cut(shortUser(inviter(i)), c.by)), st.faint.Render(age(sh.now(), i.At())),
	)
}

// nameOf is what an invite is called: what is left of the address.
func nameOf(i invite.Invite) string {
	if i.DisplayName == "" {
		return "(no name)"
	}
	return i.DisplayName
}

// inviter is who sent an invite, or at least who revoked it.
func inviter(i invite.Invite) string {
	if i.Sender == "" && i.Revocation != nil {
		return string(i.Revocation.Sender)
	}
	return string(i.Sender)
}

// shortUser is a Matrix ID without its server, for where there is little room.
func shortUser(user string) string {
	local, _, _ := strings.Cut(user, ":")
	return local
}

// indent moves lines to the right.
func indent(s string, by int) string {
	margin := strings.Repeat(" ", by)
	return margin + strings.ReplaceAll(s, "\n", "\n"+margin)
}

// beside puts two blocks of one height next to each other.
func beside(left, right, rule string) string {
	l, r := strings.Split(left, "\n"), strings.Split(right, "\n")
	for i := range l {
		l[i] += rule + r[i]
	}
	return strings.Join(l, "\n")
}

func lineWidth(s string) int { return lipgloss.Width(s) }

// cutStyled cuts our own, already styled text.
func cutStyled(s string, width int) string { return ansi.Truncate(s, width, "…") }
