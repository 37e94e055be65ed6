package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// An inviteTable is a table of invites with a tab for each status. The page of the
// account's invites and the page of a file use it.
type inviteTable struct {
	widget.Table[shell.InviteKey, row]

	sh *shell.Shell

	rooms  map[id.RoomID]*client.Room
	has    tabCounts // counts of all invites
	found  tabCounts // counts of the invites that match the filter
	tab    tab
	wanted shell.InviteKey // the cursor moves to this invite when the table has it
	room   id.RoomID       // the room of the page; empty if the page shows all rooms
}

func newInviteTable(sh *shell.Shell) *inviteTable {
	t := &inviteTable{sh: sh, Table: widget.Table[shell.InviteKey, row]{
		Host: sh.WidgetHost(), Explain: sh.ShowOperators, Orders: inviteOrders(), Marked: map[shell.InviteKey]bool{},
		Key:    func(r *row) shell.InviteKey { return shell.KeyOf(*r.invite) },
		Filter: widget.NewFilterLine(sh.WidgetHost(), "words, or an operator such as status:pending"),
	}}
	t.Choose = t.ofTab
	t.Lines = t.rowLines
	t.Grammar = t.operators()
	return t
}

// rowLines returns the number of invites that fit below the tabs, the filter and the
// column names.
func (t *inviteTable) rowLines() int { return max(1, t.sh.Height-3-t.Filter.Lines()) }

// set replaces the invites. The newest must be first.
func (t *inviteTable) set(rooms map[id.RoomID]*client.Room, all []row) {
	t.rooms = rooms
	t.has = newTabCounts()
	for n := range all {
		t.has.add(&all[n])
	}
	t.Set(all)
	if _, ok := t.Rows[t.wanted]; ok {
		t.List.MoveTo(t.wanted)
		t.wanted = shell.InviteKey{}
		t.List.Scroll(t.Lines())
	}
}

// shown returns the invites in the list, in its order.
func (t *inviteTable) shown() []invite.Invite {
	invites := make([]invite.Invite, len(t.List.Keys))
	for n, k := range t.List.Keys {
		invites[n] = *t.Rows[k].invite
	}
	return invites
}

// onlyRoom returns the room that the filter names by alias or ID; nil if there is
// none.
func (t *inviteTable) onlyRoom() *client.Room {
	for _, term := range widget.Terms(t.Filter.Text()) {
		if term.Name != "room" || term.Not || !strings.HasPrefix(term.Value, "#") && !strings.HasPrefix(term.Value, "!") {
			continue
		}
		var found []*client.Room
		for _, r := range t.rooms {
			if string(r.ID) == term.Value || strings.EqualFold(string(r.Alias), term.Value) {
				found = append(found, r)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return nil
}

// press handles a key for the table.
func (t *inviteTable) press(msg tea.KeyPressMsg) {
	keys := t.sh.Keys
	switch {
	case key.Matches(msg, keys.NextStatus):
		t.step(1)
	case key.Matches(msg, keys.PrevStatus):
		t.step(-1)
	default:
		t.Press(msg)
	}
}

// view draws the tabs, the filter and the list, with the details of the selected
// invite beside it if they fit. right is the text at the end of the first line.
func (t *inviteTable) view(width, height int, right widget.Summary) (string, *tea.Cursor) {
	var chosen *row
	if r, some := t.Selected(); some {
		chosen = r
	}
	cols := inviteColumns(listWidth(width))
	filter, cursor := t.Filter.View(width-3, t.hiddenOrder(cols), t.Pick)
	above := " " + t.countLine(width-2, right) + "\n" + cells.Indent(filter, 1)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+1
	}
	return above + "\n" + withDetails(t.sh, t.listing(cols), chosen, width, height-cells.Height(above)), cursor
}

// hiddenOrder returns the name of the sort column if that column is hidden.
func (t *inviteTable) hiddenOrder(cols columns) string {
	by := t.Orders[t.By].Name
	if !cols.hides(by) {
		return ""
	}
	return t.sh.Styles.Faint.Render("by " + by + " " + t.Arrow(by))
}

// listing draws the column names and the rows that fit.
func (t *inviteTable) listing(cols columns) string {
	lines := []string{cols.head(t)}
	from, to := t.List.Window(t.Lines())
	for n := from; n < to; n++ {
		k := t.List.Keys[n]
		row := cols.row(t.sh, t.Rows[k], n == t.List.At, t.Marked[k])
		lines = append(lines, shell.MarkedRowSpot(t.sh, &t.List, n, t.sh.Keys.Open, row))
	}
	if len(t.List.Keys) == 0 {
		lines = append(lines, "", cells.Indent(t.emptyText(), 3))
	}
	return strings.Join(lines, "\n")
}

// mayInvite reports whether the user may invite to the room of the page. It is true if
// the page shows all rooms.
func (t *inviteTable) mayInvite() bool {
	r := t.rooms[t.room]
	return t.room == "" || r != nil && r.MayInvite()
}

// emptyText returns the text of an empty list, which says how to show or send invites.
func (t *inviteTable) emptyText() string {
	k := t.sh.Keys
	press := func(b key.Binding, to string) string {
		return "\n\nPress " + t.sh.Styles.Accent.Render(b.Help().Key) + " " + to
	}
	switch {
	case t.HasUserFilter():
		return "No invite matches the filter." + press(k.Clear, "to clear the filter.")
	case t.found.all == 0 && t.mayInvite():
		return "This room has no invites by e-mail yet." + press(k.Invite, "to invite someone.")
	case t.found.all == 0:
		return "This room has no invites by e-mail yet."
	default:
		return "No invite has this status." + press(k.NextStatus, "for another status.")
	}
}
