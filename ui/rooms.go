package ui

import (
	"context"
	"errors"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// roomsPage lists the joined rooms: whether the user may invite there, and how many
// invites each has. The numbers lead to those invites.
type roomsPage struct {
	widget.Table[id.RoomID, roomRow]

	sh *shell.Shell

	total  roomTotals
	most   int // the largest number of invites that were sent to a room in a week
	number int // index of the number that Enter opens
}

// A roomRow is a room with the numbers of its invites.
type roomRow struct {
	room               client.Room
	pending, look, all int
	weeks              []int // numbers of invites that were sent in the last weeks; nil if there are no invites
}

// roomTotals are the numbers of all rooms together.
type roomTotals struct {
	may, pending, look int
	notes              bool // a room has events that could not be read, or was replaced
}

func newRooms(sh *shell.Shell) func(context.Context) shell.Screen { return newRoomsAt(sh, "") }

// newRoomsAt returns the page with the cursor on a room.
func newRoomsAt(sh *shell.Shell, room id.RoomID) func(context.Context) shell.Screen {
	return func(context.Context) shell.Screen {
		p := &roomsPage{sh: sh, number: slices.IndexFunc(roomNumbers(), func(n roomNumber) bool { return n.order == byAll })}
		p.Table = widget.Table[id.RoomID, roomRow]{
			Host: sh.WidgetHost(), Explain: sh.ShowOperators, Grammar: roomGrammar(), Orders: roomOrders(), Marked: map[id.RoomID]bool{},
			Key:    func(r *roomRow) id.RoomID { return r.room.ID },
			Filter: widget.NewFilterLine(sh.WidgetHost(), "words, or an operator such as may:invite"), Lines: p.rowLines,
		}
		p.refresh()
		p.List.MoveTo(room)
		p.List.Scroll(p.Lines())
		return p
	}
}

func (p *roomsPage) Init() tea.Cmd { return nil }
func (p *roomsPage) Title() string { return "Rooms" }

// refresh reads the rooms and their invites again.
func (p *roomsPage) refresh() {
	account := p.sh.Account
	rooms, facts := account.Rooms(), account.Facts()
	all := make([]roomRow, len(rooms))
	at := make(map[id.RoomID]*roomRow, len(rooms))
	p.total = roomTotals{}
	for n, r := range rooms {
		all[n].room = r
		at[r.ID] = &all[n]
		p.total.notes = p.total.notes || r.Unread > 0 || r.Replaced
		if r.MayInvite() {
			p.total.may++
		}
	}
	invites := account.Newest()
	for _, i := range invites {
		if r := at[i.RoomID]; r != nil {
			r.count(newRow(p.sh, i, &r.room, &facts))
		}
	}
	found := stats.Of(slices.Values(invites), func(id.RoomID) bool { return true }, p.sh.Now()).Rooms
	p.most = stats.MostInAWeek(found, roomWeeks)
	for _, s := range found {
		if r := at[s.ID]; r != nil {
			r.weeks = s.SentByWeek(roomWeeks)
		}
	}
	for _, r := range all {
		p.total.pending += r.pending
		p.total.look += r.look
	}
	p.Set(all)
}

func (r *roomRow) count(i row) {
	r.all++
	if i.invite.Status == invite.Pending {
		r.pending++
	}
	if i.needsLook() {
		r.look++
	}
}

// rowLines returns the number of rooms that fit between the column names and the
// note about the chosen room.
func (p *roomsPage) rowLines() int {
	lines := p.sh.Height - 3 - p.Filter.Lines()
	if p.total.notes {
		lines -= 2
	}
	return max(1, lines)
}

func (p *roomsPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shell.ChangedMsg, shell.RevokedMsg:
		p.refresh()
	case tea.PasteMsg:
		if p.Filter.Typing {
			return p.Typed(msg)
		}
	case tea.KeyPressMsg:
		if p.Filter.Typing {
			return p.PressInFilter(msg)
		}
		return p.press(msg)
	}
	return nil
}

func (p *roomsPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys, numbers := p.sh.Keys, len(roomNumbers())
	r, some := p.Selected()
	switch {
	case key.Matches(msg, keys.Stats):
		return openStatistics(p.sh)
	case len(p.Rows) == 0:
	case key.Matches(msg, keys.NextStatus):
		p.number = (p.number + 1) % numbers
	case key.Matches(msg, keys.PrevStatus):
		p.number = (p.number + numbers - 1) % numbers
	case some && key.Matches(msg, keys.Invite):
		return p.invite()
	case some && key.Matches(msg, keys.Move):
		return moveInvites(p.sh, p.pendingOf(r.room))
	case some && key.Matches(msg, keys.Open):
		return p.follow(r, p.number)
	default:
		p.Press(msg)
	}
	return nil
}

// follow opens the list of the invites that a number of a room counts.
func (p *roomsPage) follow(r *roomRow, number int) tea.Cmd {
	p.List.MoveTo(r.room.ID)
	return p.sh.Open(newRoomInvites(p.sh, r.room.ID, roomNumbers()[number].tab, true))
}

// chosen returns the marked rooms, visible or not. If no room is marked, it returns
// the room under the cursor.
func (p *roomsPage) chosen() []client.Room {
	var rooms []client.Room
	for n := range p.All {
		if r := p.All[n].room; p.Marked[r.ID] {
			rooms = append(rooms, r)
		}
	}
	if r, some := p.Selected(); len(rooms) == 0 && some {
		rooms = []client.Room{r.room}
	}
	return rooms
}

// mayInvite reports whether the user may invite to any of the chosen rooms. It must
// be fast, because every frame calls it.
func (p *roomsPage) mayInvite() bool {
	if len(p.Marked) == 0 {
		r, some := p.Selected()
		return some && r.room.MayInvite()
	}
	for room := range p.Marked {
		if p.Rows[room].room.MayInvite() {
			return true
		}
	}
	return false
}

// invite opens the invite page for the chosen rooms, and shows a notice about rooms
// that it leaves out.
func (p *roomsPage) invite() tea.Cmd {
	var able []id.RoomID
	var unable []client.Room
	for _, r := range p.chosen() {
		if r.MayInvite() {
			able = append(able, r.ID)
		} else {
			unable = append(unable, r)
		}
	}
	if len(unable) > 0 {
		p.sh.Notice = shell.Notice{Text: phrase.Sentence(mayNotInvite(unable)), Bad: true}
	}
	if len(able) == 0 {
		return nil
	}
	return p.sh.Open(newComposePage(p.sh, able...))
}

// pendingOf returns the pending invites of a room.
func (p *roomsPage) pendingOf(r client.Room) []invite.Invite {
	return slices.DeleteFunc(p.sh.Account.Invites(r.ID), func(i invite.Invite) bool { return !i.Live() })
}

// mayMove reports whether the invites of the room under the cursor can be moved.
func (p *roomsPage) mayMove() bool {
	r, some := p.Selected()
	return some && r.room.Replaced && r.pending > 0 && mayMove(p.sh, p.pendingOf(r.room))
}

// mayNotInvite returns the reason why the user may not invite to rooms.
func mayNotInvite(rooms []client.Room) string {
	text := reason(client.Plan{Room: rooms[0]}.Err())
	if more := len(rooms) - 1; more > 0 {
		text += "; the same applies to " + phrase.Count(more, "room")
	}
	return text
}

// DisabledReason returns the reason why an action does not work on the chosen rooms.
func (p *roomsPage) DisabledReason(action string) string {
	if rooms := p.chosen(); action == "invite" && len(rooms) > 0 {
		return mayNotInvite(rooms)
	}
	if r, some := p.Selected(); action == "move" && some {
		if _, _, err := movable(p.sh, p.pendingOf(r.room)); errors.Is(err, client.ErrNoInvite) {
			return "the room has no pending invites"
		} else if err != nil {
			return reason(err)
		}
	}
	return ""
}

func (p *roomsPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.Filter.Typing {
		return shell.TypingHelp(p.sh, p.Filter.HasCompletions())
	}
	_, some := p.Selected()
	filled := len(p.Rows) > 0
	return []key.Binding{
		keymap.When(some, keymap.As(k.Open, roomNumbers()[p.number].opens)), keymap.When(p.mayInvite(), k.Invite), keymap.When(p.mayMove(), k.Move), keymap.When(some, keymap.As(k.NextStatus, "column")),
		keymap.When(filled, k.Filter), keymap.When(filled, k.Sort), keymap.When(some, k.Mark),
		keymap.When(p.CanClear(), keymap.As(k.Clear, "clear")), keymap.When(!p.CanClear(), k.Back), k.Help, k.Quit,
	}
}

func (p *roomsPage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	if p.Filter.Typing {
		return [][]key.Binding{p.ShortHelp()}
	}
	_, some := p.Selected()
	filled := len(p.Rows) > 0
	return [][]key.Binding{
		p.ShortHelp(),
		append(k.Moves(some), keymap.When(some, keymap.As(k.PrevStatus, "previous column")), keymap.When(filled, k.Reverse), keymap.When(some, k.MarkAll), k.Stats, k.Palette),
	}
}

// noRoomsText returns the instructions for a user who has joined no room.
func noRoomsText(sh *shell.Shell, width int) string {
	st := sh.Styles
	return "You have not joined a room yet.\n\n" +
		cells.Wrap("Join or create one in your Matrix client; it then appears here.", width) + "\n\n" +
		"Invited by e-mail? Press " + st.Accent.Render(sh.Keys.AcceptInvite.Help().Key) + " on the first page."
}

// unread returns the note about unreadable events of a room.
func unread(n int) string {
	return phrase.Count(n, "event") + " of this room could not be read."
}
