package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
)

// An inviteTable is a table of invites with a tab for each status, for the page of
// an account's invites and for that of a file's.
type inviteTable struct {
	table[inviteKey, row]

	rooms  map[id.RoomID]*client.Room
	has    tabCounts // of all invites
	found  tabCounts // of those that the filter keeps
	tab    tab
	wanted inviteKey // the cursor goes there as soon as it shows
	room   id.RoomID // of whose page this is; empty on the others
}

func newInviteTable(sh *shell) *inviteTable {
	t := &inviteTable{table: table[inviteKey, row]{
		sh: sh, orders: inviteOrders(), marked: map[inviteKey]bool{},
		keyOf:  func(r *row) inviteKey { return keyOf(r.invite) },
		filter: newFilterLine(sh, "words, or an operator such as status:pending"),
	}}
	t.choose = t.ofTab
	t.lines = t.rowLines
	t.grammar = t.operators()
	return t
}

// rowLines is how many invites fit on the page below the counts, the filter and the
// columns' names.
func (t *inviteTable) rowLines() int { return max(1, t.sh.height-3-t.filter.lines()) }

// set replaces the invites, which come with the newest first.
func (t *inviteTable) set(rooms map[id.RoomID]*client.Room, all []row) {
	t.rooms = rooms
	t.has = newTabCounts()
	for n := range all {
		t.has.add(&all[n])
	}
	t.table.set(all)
	if _, ok := t.rows[t.wanted]; ok {
		t.list.moveTo(t.wanted)
		t.wanted = inviteKey{}
		t.list.scroll(t.lines())
	}
}

// shown are the invites in the list, in its order.
func (t *inviteTable) shown() []invite.Invite {
	invites := make([]invite.Invite, len(t.list.keys))
	for n, k := range t.list.keys {
		invites[n] = t.rows[k].invite
	}
	return invites
}

// onlyRoom is the room that the filter names by its alias or ID; nil if there is none.
func (t *inviteTable) onlyRoom() *client.Room {
	for _, term := range terms(t.filter.text()) {
		if term.name != "room" || term.not || !strings.HasPrefix(term.value, "#") && !strings.HasPrefix(term.value, "!") {
			continue
		}
		var found []*client.Room
		for _, r := range t.rooms {
			if string(r.ID) == term.value || strings.EqualFold(string(r.Alias), term.value) {
				found = append(found, r)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return nil
}

// press is a key for the table.
func (t *inviteTable) press(msg tea.KeyPressMsg) {
	keys := t.sh.keys
	switch {
	case key.Matches(msg, keys.NextStatus):
		t.step(1)
	case key.Matches(msg, keys.PrevStatus):
		t.step(-1)
	default:
		t.table.press(msg)
	}
}

// view is the counts, the filter and the list, with the details of the chosen invite
// beside it where they fit. right stands at the end of the first line.
func (t *inviteTable) view(width, height int, right tail) (string, *tea.Cursor) {
	var chosen *row
	if r, some := t.selected(); some {
		chosen = r
	}
	cols := inviteColumns(listWidth(width))
	filter, cursor := t.filter.view(width-3, t.hiddenOrder(cols), t.pick)
	above := " " + t.countLine(width-2, right) + "\n" + cells.Indent(filter, 1)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+1
	}
	return above + "\n" + t.sh.withDetails(t.listing(cols), chosen, width, height-cells.Height(above)), cursor
}

// hiddenOrder says what the list is sorted by if that column has no room.
func (t *inviteTable) hiddenOrder(cols columns) string {
	by := t.orders[t.by].name
	if !cols.hides(by) {
		return ""
	}
	return t.sh.styles.Faint.Render("by " + by + " " + t.arrow(by))
}

// listing is the columns' names and the rows that fit.
func (t *inviteTable) listing(cols columns) string {
	lines := []string{cols.head(t)}
	from, to := t.list.window(t.lines())
	for n := from; n < to; n++ {
		k := t.list.keys[n]
		row := cols.row(t.sh, t.rows[k], n == t.list.at, t.marked[k])
		lines = append(lines, markedRowSpot(t.sh, &t.list, n, t.sh.keys.Open, row))
	}
	if len(t.list.keys) == 0 {
		lines = append(lines, "", cells.Indent(t.wayOut(), 3))
	}
	return strings.Join(lines, "\n")
}

// mayInvite reports whether one may invite from the page: on that of a room, to it.
func (t *inviteTable) mayInvite() bool {
	r := t.rooms[t.room]
	return t.room == "" || r != nil && r.MayInvite()
}

// wayOut says that no invite is shown, and how to see some.
func (t *inviteTable) wayOut() string {
	k := t.sh.keys
	press := func(b key.Binding, to string) string {
		return "\n\nPress " + t.sh.styles.Accent.Render(b.Help().Key) + " " + to
	}
	switch {
	case t.filters():
		return "No invite matches the filter." + press(k.Clear, "to clear the filter.")
	case t.found.all == 0 && t.mayInvite():
		return "This room has no invites by e-mail yet." + press(k.Invite, "to invite somebody.")
	case t.found.all == 0:
		return "This room has no invites by e-mail yet."
	default:
		return "No invite has this status." + press(k.NextStatus, "for those of another status.")
	}
}
