package ui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/duration"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/wording"
)

// columns are the widths of the columns in the list of invites. A column of width zero
// is not shown.
type columns struct{ width, name, room, status, key, by, sent int }

const (
	statusWidth = 15 // "◔ pending !over"
	keyWidth    = 11 // "✓ perpetual", "? no answer"
	sentWidth   = 5  // "23mo" or "↓SENT"
	gap         = 2
)

// inviteColumns divides the width of a line. The columns of fixed width come first; the
// names share the rest.
func inviteColumns(width int) columns {
	c := columns{width: width, status: statusWidth, sent: sentWidth}
	rest := width - 4 - c.status - c.sent - 3*gap // without the cursor, the edges and the gaps
	if width >= 70 {
		c.key = keyWidth
		rest -= c.key + gap
	}
	if width >= 72 {
		c.by = rest/5 + 1
		rest -= c.by + gap
	}
	c.room = rest * 9 / 20
	c.name = rest - c.room
	return c
}

// head returns the line of column names. A click on a name sorts by that column.
func (c columns) head(t *inviteTable) string {
	return t.sh.Styles.Column.Render("   " + c.line(t.Head(byName, "INVITED", false), t.Head(byRoom, "ROOM", false), t.Head(byStatus, "STATUS", false),
		t.Head(byKey, "KEY", false), t.Head(bySender, "BY", false), t.Head(bySent, "SENT", true)))
}

// hides reports whether the line is too narrow to show a column.
func (c columns) hides(column string) bool {
	return column == byKey && c.key == 0 || column == bySender && c.by == 0
}

func (c columns) line(name, room, status, key, by, sent string) string {
	parts := []string{cells.Pad(name, c.name), cells.Pad(room, c.room), cells.Pad(status, c.status)}
	if c.key > 0 {
		parts = append(parts, cells.Pad(key, c.key))
	}
	if c.by > 0 {
		parts = append(parts, cells.Pad(by, c.by))
	}
	return strings.Join(append(parts, cells.PadLeft(sent, c.sent)), strings.Repeat(" ", gap))
}

func (c columns) row(sh *shell.Shell, r *row, chosen, marked bool) string {
	st, i := sh.Styles.ForRow(chosen), *r.invite
	mark := " "
	if marked {
		mark = st.Accent.Render("+")
	}
	return " " + st.Row(chosen, mark, c.line(
		nameCell(st, rowName(st, r, chosen), r, c.name), cells.Cut(r.room.Label(), c.room), statusCell(sh, st, r), keyCell(st, r),
		st.Faint.Render(cells.Cut(shortUser(inviter(i)), c.by)), st.Faint.Render(duration.Age(sh.Now(), i.At())),
	), c.width-2)
}

// rowName returns the style of a name: faint for a revoked invite, unless it is selected.
func rowName(st style.Styles, r *row, chosen bool) lipgloss.Style {
	if !chosen && r.invite.Status == invite.Revoked {
		return st.Faint
	}
	return st.Name
}

// nameCell returns the invitee of an invite. An arrow marks an address from the address
// book; without an arrow, the cell shows the name from the room state.
func nameCell(st style.Styles, name lipgloss.Style, r *row, width int) string {
	if r.address == "" {
		return name.Render(cells.Cut(nameOf(*r.invite), width))
	}
	return st.Faint.Render("→ ") + name.Render(cells.Cut(r.address, width-2))
}

// statusCell returns the status of an invite, and a short word for its most serious
// fault.
func statusCell(sh *shell.Shell, st style.Styles, r *row) string {
	if sh.Revocations.Has(shell.KeyOf(*r.invite)) {
		return st.Warn.Render("… revoking")
	}
	status := wording.Status(r.invite.Status)
	word, bad := r.fault()
	if word == "" {
		return st.Role(status.Role).Render(statusTerm(r).String())
	}
	look := st.Warn
	if bad {
		look = st.Bad
	}
	return st.Role(status.Role).Render(status.String()) + " " + look.Render("!"+word)
}

// fault returns the most serious fault of an invite as a word of four letters, or an
// empty word if there is none. bad is true if the invite cannot be accepted.
func (r *row) fault() (word string, bad bool) {
	faults := wording.Faults(*r.invite, r.verdict, r.warnings)
	if len(faults) == 0 {
		return "", false
	}
	return faults[0].Short, r.verdict == invite.Refused
}

// statusTerm returns the term for the status of an invite.
func statusTerm(r *row) wording.Term {
	t := wording.Status(r.invite.Status)
	if !r.room.Certain(*r.invite) {
		return t.Uncertain()
	}
	return t
}

// keyCell returns the state of the keys or, for an accepted invite, of the proof.
func keyCell(st style.Styles, r *row) string {
	t, ok := wording.Standing(r.standing())
	switch {
	case !ok:
		return ""
	case t.Role == wording.Good:
		return st.Good.Render(t.Glyph) + st.Faint.Render(" "+t.Brief()) // the normal state is faint
	default:
		return st.Role(t.Role).Render(cells.Cut(t.Column(), keyWidth))
	}
}

// nameOf returns the display name of an invite, a shortened form of the address.
func nameOf(i invite.Invite) string {
	if i.DisplayName == "" {
		return "(no name)"
	}
	return i.DisplayName
}

// inviter returns the sender of an invite or, if unknown, the user who revoked it.
func inviter(i invite.Invite) string {
	return string(i.By())
}

// shortUser returns a Matrix ID without the server, for narrow columns.
func shortUser(user string) string {
	local, _, _ := strings.Cut(user, ":")
	return local
}
