package ui

import (
	"context"
	"errors"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/identity"
	"github.com/mxinvite/mxinvite/internal/safetext"
)

// The fields of the compose form.
const (
	fieldRoom = iota
	fieldAddress
)

// A step of composing an invite.
type step int

const (
	editing step = iota
	planning
	previewing
	sending
)

// compose is the page on which an invite is made: whom, where to, a look at
// what will happen, and go.
type compose struct {
	sh      *shell
	ctx     context.Context
	form    *form
	list    list[id.RoomID] // rooms that match what is typed
	rooms   map[id.RoomID]client.Room
	step    step
	plan    client.Plan
	stop    context.CancelFunc // ends the asking that is under way
	problem error
	spinner spinner.Model
}

// newCompose returns the page, for a room if one is given.
func newCompose(sh *shell, room id.RoomID) func(context.Context) screen {
	return func(ctx context.Context) screen {
		c := &compose{sh: sh, ctx: ctx, form: newForm(&sh.styles), spinner: newSpinner()}
		c.form.add("Room", "type to search your rooms", "")
		c.form.add("E-mail", "grace@navy.example", "")
		c.refresh()
		if r, ok := c.rooms[room]; ok {
			c.choose(r)
			c.form.focus(fieldAddress)
		}
		return c
	}
}

func (c *compose) init() tea.Cmd { return nil }
func (c *compose) title() string { return "Invite by e-mail" }

// refresh reads the rooms anew and keeps those that match what is typed.
func (c *compose) refresh() {
	c.rooms = map[id.RoomID]client.Room{}
	typed := strings.ToLower(c.form.value(fieldRoom))
	var ids []id.RoomID
	for _, r := range c.sh.account.Rooms() {
		c.rooms[r.ID] = r
		// What is typed is compared with what is seen.
		name := safetext.Line(r.Name + " " + string(r.Alias) + " " + string(r.ID))
		if strings.Contains(strings.ToLower(name), typed) {
			ids = append(ids, r.ID)
		}
	}
	c.list.set(ids)
}

// choose puts a room into the form.
func (c *compose) choose(r client.Room) {
	c.form.fields[fieldRoom].input.SetValue(safetext.Line(r.Label()))
	c.refresh()
	c.list.moveTo(r.ID)
}

// room is the room that the form means.
func (c *compose) room() (client.Room, bool) {
	k, ok := c.list.current()
	return c.rooms[k], ok && c.form.value(fieldRoom) != ""
}

// planned and sent are what came of asking and of sending.
type (
	planned struct {
		plan client.Plan
		err  error
	}
	sent struct {
		result client.Sent
		err    error
	}
)

func (c *compose) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg:
		c.refresh()
	case planned:
		return c.planned(msg)
	case sent:
		return c.sent(msg)
	case spinner.TickMsg:
		if c.step == planning || c.step == sending {
			var cmd tea.Cmd
			c.spinner, cmd = c.spinner.Update(msg)
			return cmd
		}
	case tea.PasteMsg:
		if c.step == editing {
			return c.typed(msg)
		}
	case tea.KeyPressMsg:
		return c.press(msg)
	}
	return nil
}

func (c *compose) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.keys
	switch c.step {
	case editing:
		return c.edit(msg)
	case previewing:
		switch {
		case key.Matches(msg, keys.Send):
			return c.send()
		case key.Matches(msg, keys.Edit):
			c.step = editing
		}
	case planning:
		if key.Matches(msg, keys.Edit) {
			c.stop() // the answer will find nobody waiting
			c.step = editing
		}
	case sending: // it is under way and cannot be called back
	}
	return nil
}

func (c *compose) edit(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.keys
	inRoom := c.form.at == fieldRoom
	switch {
	case inRoom && (msg.String() == "up" || msg.String() == "down"):
		c.list.press(msg, keys, 1)
	case key.Matches(msg, keys.Submit), key.Matches(msg, keys.Next):
		if k, ok := c.list.current(); ok && inRoom {
			c.choose(c.rooms[k])
		}
		if _, ok := c.room(); key.Matches(msg, keys.Submit) && !inRoom && ok && c.form.value(fieldAddress) != "" {
			return c.askForPlan()
		}
		c.form.focus(c.form.at + 1)
	case key.Matches(msg, keys.Prev):
		c.form.focus(c.form.at - 1)
	default:
		return c.typed(msg)
	}
	return nil
}

// typed gives text to the field with the cursor.
func (c *compose) typed(msg tea.Msg) tea.Cmd {
	cmd := c.form.update(msg)
	c.problem = nil
	if c.form.at == fieldRoom {
		c.refresh()
	}
	return cmd
}

// askForPlan finds out what inviting this address will do.
func (c *compose) askForPlan() tea.Cmd {
	address, err := identity.ParseEmail(c.form.value(fieldAddress))
	if err != nil {
		c.problem = err
		return nil
	}
	room, _ := c.room()
	c.step, c.problem = planning, nil
	account := c.sh.account
	var ctx context.Context
	ctx, c.stop = context.WithCancel(c.ctx)
	return tea.Batch(c.spinner.Tick, ask(ctx, c, func(ctx context.Context) tea.Msg {
		plan, err := account.Plan(ctx, room.ID, address)
		return planned{plan, err}
	}))
}

func (c *compose) planned(msg planned) tea.Cmd {
	c.stop()
	var terms *client.TermsError
	switch {
	case errors.As(msg.err, &terms):
		c.step = editing
		return c.sh.open(newTerms(c.sh, terms, c.askForPlan))
	case msg.err != nil:
		c.step, c.problem = editing, msg.err
	default:
		c.step, c.plan = previewing, msg.plan
	}
	return nil
}

// send carries the plan out. It runs on the program's leash, not the page's:
// a request for a mail is not called back by closing a page.
func (c *compose) send() tea.Cmd {
	c.step, c.problem = sending, nil
	c.sh.sends++
	account, plan := c.sh.account, c.plan
	return tea.Batch(c.spinner.Tick, ask(c.sh.ctx, c, func(ctx context.Context) tea.Msg {
		result, err := account.Send(ctx, plan)
		return sent{result, err}
	}))
}

func (c *compose) sent(msg sent) tea.Cmd {
	c.sh.sends--
	if msg.err != nil {
		c.step, c.problem = editing, msg.err
		if c.sh.top() != c {
			c.sh.complain(msg.err)
		}
		return c.sh.leave(false)
	}
	c.sh.closeScreen(c)
	if msg.result.UserID != "" {
		c.sh.say("Invited %s to %s.", msg.result.UserID, c.plan.Room.Name)
	} else {
		c.sh.say("Invited %s to %s. The mail is on its way.", c.plan.Address.Address, c.plan.Room.Name)
	}
	return tea.Batch(c.sh.leave(true), func() tea.Msg { return sentMsg{inviteKey{c.plan.Room.ID, msg.result.Token}} })
}

// sentMsg tells every screen that an invite has gone out.
type sentMsg struct{ key inviteKey }

func (c *compose) ShortHelp() []key.Binding {
	k := c.sh.keys
	switch c.step {
	case previewing:
		return []key.Binding{k.Send, k.Edit, k.Interrupt}
	case planning:
		return []key.Binding{as(k.Edit, "stop"), k.Interrupt}
	case sending:
		return []key.Binding{k.Interrupt}
	default:
		return []key.Binding{k.Submit, k.Next, k.Back, k.Interrupt}
	}
}

func (c *compose) FullHelp() [][]key.Binding { return [][]key.Binding{c.ShortHelp()} }
