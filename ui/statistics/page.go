// Package statistics is the page of the screen that shows how many invites were
// accepted, and how fast.
package statistics

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/stats"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// A StatsPage shows how many invites were accepted, and how fast: of all rooms together,
// and in a table of the rooms or of the inviters.
type StatsPage struct {
	widget.Table[source, row]

	sh  *shell.Shell
	ctx context.Context

	open Open

	counted    *countedMsg // nil until the invites are counted for the first time
	counting   bool
	outdated   bool                 // the account has changed since counting began
	byInviters bool                 // the table has a row for each inviter instead of each room
	most       [stats.WeekCount]int // of each week: the largest number of invites of a row
}

// Open has the functions that make the pages to which a row leads.
type Open struct {
	Room    func(id.RoomID) func(context.Context) shell.Screen // the invites of a room
	Inviter func(id.UserID) func(context.Context) shell.Screen // the invites that a user sent
}

// A source identifies a row: a room or an inviter.
type source struct {
	room id.RoomID
	user id.UserID
}

// A row has the figures of a room or of an inviter.
type row struct {
	source source
	client.Room
	stats.Summary
}

// A countedMsg has the statistics of an account.
type countedMsg struct {
	stats.Stats

	rooms map[id.RoomID]client.Room
}

// New returns a function that makes a [StatsPage].
func New(sh *shell.Shell, open Open) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		p := &StatsPage{sh: sh, ctx: ctx, open: open}
		p.Table = widget.Table[source, row]{
			Host: sh.WidgetHost(), Explain: sh.ShowOperators, Grammar: grammar(), Orders: orders(), Marked: map[source]bool{},
			Key:    func(r *row) source { return r.source },
			Filter: widget.NewFilterLine(sh.WidgetHost(), "words, or an operator such as has:pending"), Lines: p.rowLines,
		}
		return p
	}
}

func (p *StatsPage) Title() string { return "Statistics" }

func (p *StatsPage) Init() tea.Cmd { return p.count() }

// count counts the invites in the background. If it does so already, it counts them
// again afterwards.
func (p *StatsPage) count() tea.Cmd {
	if p.counting {
		p.outdated = true
		return nil
	}
	p.counting, p.outdated = true, false
	account, now := p.sh.Account, p.sh.Now()
	return shell.Ask(p.ctx, p, func(context.Context) tea.Msg { return countInvites(account, now) })
}

func (p *StatsPage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case countedMsg:
		p.counting = false
		if p.sh.Account.Synced() {
			p.counted = &msg
			p.list()
		}
		if p.outdated {
			return p.count()
		}
	case shell.ChangedMsg, shell.RevokedMsg, shell.MinuteMsg:
		return p.count()
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

// list fills the table with the rooms or the inviters.
func (p *StatsPage) list() {
	var rows []row
	if p.byInviters {
		for _, i := range p.counted.Inviters {
			rows = append(rows, row{source: source{user: i.UserID}, Summary: i.Summary})
		}
	} else {
		for _, r := range p.counted.Rooms {
			rows = append(rows, row{source: source{room: r.ID}, Room: p.counted.rooms[r.ID], Summary: r.Summary})
		}
	}
	clear(p.most[:])
	for _, r := range rows {
		for n, w := range r.Weeks {
			p.most[n] = max(p.most[n], w.Sent)
		}
	}
	p.Set(rows)
}

func (p *StatsPage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := p.sh.Keys
	switch {
	case len(p.Rows) == 0, key.Matches(msg, keys.Mark, keys.MarkAll): // there is nothing to do with marked rows
	case key.Matches(msg, keys.NextStatus, keys.PrevStatus):
		p.byInviters = !p.byInviters
		p.list()
		p.List.At = 0
		p.List.Scroll(p.Lines())
	case p.mayOpen() && key.Matches(msg, keys.Open):
		r, _ := p.Selected()
		p.List.MoveTo(r.source)
		if r.source.user != "" {
			return p.sh.Open(p.open.Inviter(r.source.user))
		}
		return p.sh.Open(p.open.Room(r.source.room))
	default:
		p.Press(msg)
	}
	return nil
}

// mayOpen reports whether the selected row has invites that a filter finds.
func (p *StatsPage) mayOpen() bool {
	r, some := p.Selected()
	return some && r.source != source{}
}

func (p *StatsPage) ShortHelp() []key.Binding {
	k := p.sh.Keys
	if p.Filter.Typing {
		return shell.TypingHelp(p.sh, p.Filter.HasCompletions())
	}
	filled := len(p.Rows) > 0
	return []key.Binding{
		keymap.When(p.mayOpen(), keymap.As(k.Open, "show invites")), keymap.When(filled, keymap.As(k.NextStatus, p.other())),
		keymap.When(filled, k.Filter), keymap.When(filled, k.Sort),
		keymap.When(p.CanClear(), keymap.As(k.Clear, "clear")), keymap.When(!p.CanClear(), k.Back), k.Help, k.Quit,
	}
}

func (p *StatsPage) FullHelp() [][]key.Binding {
	k := p.sh.Keys
	if p.Filter.Typing {
		return [][]key.Binding{p.ShortHelp()}
	}
	_, some := p.Selected()
	filled := len(p.Rows) > 0
	return [][]key.Binding{
		p.ShortHelp(),
		append(k.Moves(some), keymap.When(filled, keymap.As(k.PrevStatus, p.other())), keymap.When(filled, k.Reverse), k.Palette),
	}
}

// other returns the name of the table that the page does not show.
func (p *StatsPage) other() string {
	if p.byInviters {
		return "by room"
	}
	return "by inviter"
}

// countInvites computes the statistics of an account.
func countInvites(account *client.Account, now time.Time) countedMsg {
	c := countedMsg{rooms: map[id.RoomID]client.Room{}}
	for _, r := range account.Rooms() {
		c.rooms[r.ID] = r
	}
	c.Stats = stats.Of(slices.Values(account.Newest()), func(room id.RoomID) bool { return c.rooms[room].Traced }, now)
	return c
}
