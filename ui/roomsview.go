package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/phrase"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/style"
	"github.com/mxinvite/mxinvite/ui/widget"
	"github.com/mxinvite/mxinvite/wording"
)

// The columns of the list of rooms, without the name.
const (
	byAlias   = "alias"
	byPower   = "may invite"
	byPending = "pending"
	byLook    = "look"
	byAll     = "invites"
)

// A roomNumber is a column that counts invites. Its numbers open the list of these
// invites.
type roomNumber struct {
	order, head string
	width       int
	of          func(*roomRow) int
	tab         tab    // a filter that shows them
	opens       string // description in the help
}

func roomNumbers() []roomNumber {
	return []roomNumber{
		{byPending, "PENDING", 8, func(r *roomRow) int { return r.pending }, tab{status: invite.Pending}, "show pending"},
		{byLook, "LOOK", 5, func(r *roomRow) int { return r.look }, tab{look: true}, "show those to look at"},
		{byAll, "ALL", 5, func(r *roomRow) int { return r.all }, tab{}, "show invites"},
	}
}

// roomOrders returns the orders of rooms. The original order is by name.
func roomOrders() []widget.Order[roomRow] {
	orders := []widget.Order[roomRow]{
		{Name: byName},
		widget.ByText(byAlias, func(r *roomRow) string { return string(r.room.Alias) }),
		widget.ByNumber(byPower, powerToInvite),
	}
	for _, n := range roomNumbers() {
		orders = append(orders, widget.ByNumber(n.order, n.of))
	}
	return orders
}

// powerToInvite returns the account's power level in a room. If it is too low to
// invite, it returns a number below all power levels, which is larger the fewer levels
// are missing.
func powerToInvite(r *roomRow) int {
	if r.room.MayInvite() {
		return r.room.Power
	}
	return math.MinInt/2 + r.room.Power - r.room.InvitePower
}

// roomGrammar returns the operators of a filter of rooms.
func roomGrammar() widget.Grammar[roomRow] {
	has := func(r *roomRow) (words []string) {
		for _, n := range roomNumbers() {
			if n.of(r) > 0 {
				words = append(words, n.order)
			}
		}
		return words
	}
	numbers := []string{byPending, byLook, byAll}
	may := []string{"invite"}
	return widget.Grammar[roomRow]{
		Mentions: func(r *roomRow, lower string) bool {
			return widget.ContainsFold(r.room.Name, lower) || widget.ContainsFold(string(r.room.Alias), lower) || widget.ContainsFold(string(r.room.ID), lower)
		},
		Operators: []widget.Operator[roomRow]{
			{
				Name: "may", Example: "may:invite", Does: "you may invite there", Values: widget.Always(may),
				Compile: widget.OneOf("right", may, func(r *roomRow) []string {
					if r.room.MayInvite() {
						return may
					}
					return nil
				}),
			},
			{
				Name: "has", Example: "has:pending", Does: "has such invites: look, invites", Values: widget.Always(numbers),
				Compile: widget.OneOf("number", numbers, has),
			},
		},
	}
}

// roomColumns are the widths of the columns in the list of rooms. A column of width
// zero is not shown.
type roomColumns struct{ width, name, alias, power, weeks int }

// longPermission is the width of [permission], such as "✗ needs 100, you have 50".
const longPermission = 23

// roomWeeks is the number of weeks of which the list of rooms shows how many invites
// were sent.
const roomWeeks = 8

func newRoomColumns(width int) roomColumns {
	c := roomColumns{width: min(width, wide), power: 13}
	rest := c.width - 4 - gap
	for _, n := range roomNumbers() {
		rest -= n.width + gap
	}
	if c.width >= 76 {
		c.weeks = roomWeeks
		rest -= c.weeks + gap
		if c.width >= 96 {
			c.power = longPermission
		}
		c.alias = (rest - c.power - gap) * 9 / 20
		rest -= c.alias + gap
	}
	c.name = rest - c.power
	return c
}

func (c roomColumns) line(name, alias, power, weeks string, numbers []string) string {
	parts := []string{cells.Pad(name, c.name)}
	if c.alias > 0 {
		parts = append(parts, cells.Pad(alias, c.alias))
	}
	parts = append(parts, cells.Pad(power, c.power))
	if c.weeks > 0 {
		parts = append(parts, cells.Pad(weeks, c.weeks))
	}
	for n, number := range roomNumbers() {
		parts = append(parts, cells.PadLeft(numbers[n], number.width))
	}
	return strings.Join(parts, strings.Repeat(" ", gap))
}

func (p *roomsPage) View(width, _ int) (string, *tea.Cursor) {
	if len(p.Rows) == 0 && !p.sh.Account.Synced() {
		return cells.Indent("\nYour rooms are still loading.", 2), nil
	}
	if len(p.Rows) == 0 {
		return cells.Indent("\n"+noRoomsText(p.sh, width-4), 2), nil
	}
	cols := newRoomColumns(width)
	hidden := ""
	if p.Orders[p.By].Name == byAlias && cols.alias == 0 {
		hidden = p.sh.Styles.Faint.Render("by alias " + p.Arrow(byAlias))
	}
	filter, cursor := p.Filter.View(width-3, hidden, p.Pick)
	if cursor != nil {
		cursor.X, cursor.Y = cursor.X+1, cursor.Y+1
	}
	return " " + p.countLine(width-2) + "\n" + cells.Indent(filter, 1) + "\n" + p.listing(cols), cursor
}

// countLine returns the number of rooms, and the numbers of invites that need a look or
// are pending.
func (p *roomsPage) countLine(width int) string {
	st, t := p.sh.Styles, p.total
	parts := []string{st.Strong.Render(phrase.Count(len(p.All), "room"))}
	if t.look > 0 {
		parts = append(parts, st.Warn.Render(fmt.Sprintf("! %d%s", t.look, needs(t.look))))
	}
	parts = append(parts, st.Faint.Render(fmt.Sprintf("%d pending", t.pending)), st.Faint.Render(fmt.Sprintf("you may invite to %d", t.may)))
	end := p.Summary()
	right := end.Long
	if cells.Width(strings.Join(parts, "  "))+cells.Width(right)+2 > width {
		right = end.Short
	}
	for len(parts) > 1 && cells.Width(strings.Join(parts, "  "))+cells.Width(right)+2 > width {
		parts = parts[:len(parts)-1]
	}
	return cells.Ends(strings.Join(parts, "  "), right, width)
}

func (p *roomsPage) listing(cols roomColumns) string {
	st := p.sh.Styles
	heads := make([]string, len(roomNumbers()))
	for n, number := range roomNumbers() {
		heads[n] = p.Head(number.order, number.head, true)
	}
	power := "INVITE"
	if cols.power == longPermission {
		power = "MAY YOU INVITE"
	}
	lines := []string{st.Column.Render("   " + cols.line(p.Head(byName, "ROOM", false), p.Head(byAlias, "ALIAS", false), p.Head(byPower, power, false), fmt.Sprint(roomWeeks, " WEEKS"), heads))}
	from, to := p.List.Window(p.Lines())
	for n := from; n < to; n++ {
		lines = append(lines, p.row(cols, n))
	}
	if len(p.List.Keys) == 0 {
		lines = append(lines, "", "   No room matches the filter.", "", "   Press "+st.Accent.Render(p.sh.Keys.Clear.Help().Key)+" to clear the filter.")
	}
	if r, some := p.Selected(); some && r.room.Replaced {
		lines = append(lines, "", "   "+st.Warn.Render("! "+cells.Cut(replacedText(p.sh, r.room), cols.width-6)))
	} else if some && r.room.Unread > 0 {
		lines = append(lines, "", "   "+st.Warn.Render("! "+unread(r.room.Unread)))
	}
	return strings.Join(lines, "\n")
}

// row returns the row of a room. A click on a number opens the invites that it counts.
func (p *roomsPage) row(cols roomColumns, n int) string {
	r, chosen := p.Rows[p.List.Keys[n]], n == p.List.At
	st := p.sh.Styles.ForRow(chosen)
	mark := " "
	if p.Marked[r.room.ID] {
		mark = st.Accent.Render("+")
	}
	alias := string(r.room.Alias)
	if cells.Width(alias) > cols.alias {
		alias, _, _ = strings.Cut(alias, ":")
	}
	may := shortPermission(st, r.room)
	if cols.power == longPermission {
		may = permission(st, r.room)
	}
	numbers := make([]string, len(roomNumbers()))
	for n, number := range roomNumbers() {
		numbers[n] = numberCell(st, number, number.of(r), chosen && n == p.number)
	}
	line := " " + st.Row(chosen, mark, cols.line(
		st.Name.Render(cells.Cut(r.room.Name, cols.name)), st.Faint.Render(cells.Cut(alias, cols.alias)), may, st.Accent.Render(wording.Sparkline(r.weeks, p.most)), numbers,
	), cols.width-2)
	return p.rowSpots(cols, r, n, line)
}

// numberCell draws the number of some invites of a room. The number that Enter opens
// is underlined.
func numberCell(st style.Styles, number roomNumber, n int, followed bool) string {
	look := st.Plain
	switch {
	case number.order == byLook && n > 0:
		look = st.Warn
	case n == 0:
		look = st.Faint
	}
	if followed {
		look = st.Current
	}
	return look.Render(strconv.Itoa(n))
}

// rowSpots makes a row clickable. A click selects or opens the room, and a click on a
// number opens its invites.
func (p *roomsPage) rowSpots(cols roomColumns, r *roomRow, n int, line string) string {
	if !p.sh.Mouse.Spots.Drawing() {
		return line
	}
	end := cols.width - 1 // the end of the last number
	from := end
	for _, number := range roomNumbers() {
		from -= number.width + gap
	}
	spots := []string{shell.MarkedRowSpot(p.sh, &p.List, n, p.sh.Keys.Open, ansi.Truncate(line, from, ""))}
	for at, number := range roomNumbers() {
		to := from + gap + number.width
		spots = append(spots, p.sh.Button(ansi.Cut(line, from, to), func() tea.Cmd { return p.follow(r, at) }))
		from = to
	}
	return strings.Join(spots, "") + ansi.TruncateLeft(line, end, "")
}

// permission returns whether the user may invite to a room, and if not, why.
func permission(st style.Styles, r client.Room) string {
	switch {
	case r.Replaced:
		return st.Warn.Render("! room was replaced")
	case !r.MayInvite():
		return st.Bad.Render(fmt.Sprintf("✗ needs %d, you have %d", r.InvitePower, r.Power))
	case r.Power == math.MaxInt:
		return st.Good.Render("✓ yes") + st.Faint.Render(", as its creator")
	default:
		return st.Good.Render("✓ yes") + st.Faint.Render(fmt.Sprintf(", level %d", r.Power))
	}
}

// shortPermission returns a short form of permission for narrow columns.
func shortPermission(st style.Styles, r client.Room) string {
	switch {
	case r.Replaced:
		return st.Warn.Render("! replaced")
	case !r.MayInvite():
		return st.Bad.Render(fmt.Sprintf("✗ %d of %d", r.Power, r.InvitePower))
	default:
		return st.Good.Render("✓ yes")
	}
}
