package ui

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
)

// roomsPage lists the joined rooms and whether one may invite there.
type roomsPage struct {
	sh    *shell
	rooms map[id.RoomID]client.Room
	open  map[id.RoomID]int // pending invites
	odd   bool              // a room has events that could not be read
	list  list[id.RoomID]
}

func newRooms(sh *shell) func(context.Context) screen { return newRoomsAt(sh, "") }

// newRoomsAt returns the page with the cursor on a room.
func newRoomsAt(sh *shell, room id.RoomID) func(context.Context) screen {
	return func(context.Context) screen {
		p := &roomsPage{sh: sh}
		p.refresh()
		p.list.moveTo(room)
		p.list.scroll(p.lines())
		return p
	}
}

func (p *roomsPage) init() tea.Cmd { return nil }
func (p *roomsPage) title() string { return "Rooms" }

func (p *roomsPage) refresh() {
	p.rooms, p.open, p.odd = map[id.RoomID]client.Room{}, map[id.RoomID]int{}, false
	var ids []id.RoomID
	for _, r := range p.sh.account.Rooms() {
		p.rooms[r.ID] = r
		p.odd = p.odd || r.Unread > 0
		ids = append(ids, r.ID)
	}
	for _, i := range p.sh.account.Invites() {
		if i.Live() {
			p.open[i.RoomID]++
		}
	}
	p.list.set(ids)
}

// lines is how many rooms fit below an empty line and the columns' names, and
// above what may be said of the chosen one.
func (p *roomsPage) lines() int {
	if p.odd {
		return max(1, p.sh.height-4)
	}
	return max(1, p.sh.height-2)
}

func (p *roomsPage) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg:
		p.refresh()
	case tea.KeyPressMsg:
		room, some := p.list.current()
		if some && (key.Matches(msg, p.sh.keys.Invite) || key.Matches(msg, p.sh.keys.Open)) {
			return p.sh.open(newCompose(p.sh, room))
		}
		p.list.press(msg, p.sh.keys, p.lines())
		p.list.scroll(p.lines())
	}
	return nil
}

func (p *roomsPage) ShortHelp() []key.Binding {
	k := p.sh.keys
	some := len(p.rooms) > 0
	return []key.Binding{when(some, as(k.Invite, "invite to it")), k.Back, k.Help, k.Quit}
}

func (p *roomsPage) FullHelp() [][]key.Binding {
	k := p.sh.keys
	some := len(p.rooms) > 0
	return [][]key.Binding{append(p.ShortHelp(), when(some, as(k.Open, "invite to it"))), append(k.moves(true), k.Palette)}
}

func (p *roomsPage) view(width, _ int) (string, *tea.Cursor) {
	st := p.sh.styles
	if len(p.rooms) == 0 {
		return indent("\n"+p.sh.noRooms(width-4), 2), nil
	}
	const levelWidth, openWidth = 24, 7
	rest := width - 4 - levelWidth - openWidth - 3*gap
	name := rest * 3 / 5
	alias := rest - name
	var b strings.Builder
	b.WriteString("\n" + st.column.Render("   "+strings.Join([]string{
		pad("ROOM", name), pad("ALIAS", alias), pad("MAY YOU INVITE", levelWidth), padLeft("PENDING", openWidth),
	}, "  ")) + "\n")
	from, to := p.list.window(p.lines())
	for n := from; n < to; n++ {
		r := p.rooms[p.list.keys[n]]
		chosen := n == p.list.at
		st := st.lit(chosen)
		open := ""
		if p.open[r.ID] > 0 {
			open = strconv.Itoa(p.open[r.ID])
		}
		line := st.row(chosen, " ", strings.Join([]string{
			st.name.Render(fit(r.Name, name)), st.faint.Render(fit(string(r.Alias), alias)),
			pad(permission(st, r), levelWidth), padLeft(open, openWidth),
		}, "  "), width-2)
		b.WriteString(rowSpot(p.sh, &p.list, n, p.sh.keys.Open, " "+line) + "\n")
	}
	if room, some := p.list.current(); some && p.rooms[room].Unread > 0 {
		b.WriteString("\n   " + st.warn.Render("! "+unread(p.rooms[room].Unread)))
	}
	return b.String(), nil
}

// noRooms says what to do for somebody who is in none.
func (sh *shell) noRooms(width int) string {
	st := sh.styles
	return "You are in no room yet.\n\n" +
		wrap("Join or create one in your Matrix client; it will show up here.", width) + "\n\n" +
		"Invited by e-mail? Press " + st.accent.Render(sh.keys.Take.Help().Key) + " on the first page."
}

// unread says that events of a room were left out.
func unread(n int) string {
	return "Left out because they made no sense: " + count(n, "event") + " of this room."
}

// permission says whether one may invite to a room, and why not.
func permission(st styles, r client.Room) string {
	switch {
	case r.Replacement != "":
		return st.warn.Render("! room was replaced")
	case r.Power == math.MaxInt:
		return st.good.Render("✓ yes") + st.faint.Render(", as its creator")
	case r.MayInvite():
		return st.good.Render("✓ yes") + st.faint.Render(fmt.Sprintf(", level %d", r.Power))
	default:
		return st.bad.Render("✗ no") + st.faint.Render(fmt.Sprintf(", level %d of %d", r.Power, r.InvitePower))
	}
}
