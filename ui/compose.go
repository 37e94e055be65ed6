package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
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
	doing
)

// compose is the page on which invites are made: whom, where to, a look at what
// will happen, and go.
type compose struct {
	sh      *shell
	ctx     context.Context
	form    *form
	list    list[id.RoomID] // rooms that match what is typed
	rooms   map[id.RoomID]client.Room
	chosen  id.RoomID // the room that is meant; empty while it is searched
	whom    whom
	people  completion
	step    step
	looked  progress
	preview *preview
	stop    context.CancelFunc // ends the asking that is under way
	problem error
	spinner spinner.Model
}

// newCompose returns the page, for the first of some rooms that the account is in.
func newCompose(sh *shell, rooms ...id.RoomID) func(context.Context) screen {
	return func(ctx context.Context) screen {
		c := &compose{sh: sh, ctx: ctx, form: newForm(sh), spinner: newSpinner()}
		c.form.add("Room", "type to search your rooms", "")
		c.form.add("E-mail", sh.examples()+", or paste a list", "")
		c.whom = sh.draft
		c.form.fields[fieldAddress].input.SetValue(c.whom.typed.text)
		c.refresh()
		for _, room := range rooms {
			if r, ok := c.rooms[room]; ok {
				c.choose(r)
				c.form.focus(fieldAddress)
				break
			}
		}
		c.suggest()
		return c
	}
}

func (c *compose) init() tea.Cmd { return nil }
func (c *compose) title() string { return "Invite by e-mail" }

// refresh reads the rooms anew and keeps those that match what is typed. A room
// that is gone is not replaced by the next that matches.
func (c *compose) refresh() {
	pointed, some := c.list.current()
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
	if _, there := c.rooms[pointed]; some && !there {
		c.list.at = -1
	}
	if _, there := c.rooms[c.chosen]; c.chosen != "" && !there {
		c.lostRoom()
	}
}

// lostRoom asks for another room. What was asked about the one that is gone is
// worth nothing any more.
func (c *compose) lostRoom() {
	if c.step == doing {
		return
	}
	if c.step == planning {
		c.stop()
	}
	c.step, c.preview, c.chosen = editing, nil, ""
	c.problem = fmt.Errorf("%w any more", client.ErrNotJoined)
	c.form.focus(fieldRoom)
	c.list.at = -1
}

// choose puts a room into the form.
func (c *compose) choose(r client.Room) {
	c.form.fields[fieldRoom].input.SetValue(safetext.Line(r.Label()))
	c.chosen = r.ID
	c.refresh()
	c.list.moveTo(r.ID)
}

func (c *compose) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case changedMsg:
		c.refresh()
	case lookedUp:
		return c.lookedUp(msg)
	case planned:
		return c.planned(msg)
	case readyMsg:
		if c.preview != nil {
			c.preview.settle(msg)
		}
	case enqueued:
		return c.enqueued(msg)
	case completeMsg:
		return c.complete(msg)
	case completed:
		c.people.take(msg)
	case spinner.TickMsg:
		return turn(&c.spinner, msg, c.step == planning || c.step == doing)
	case tea.PasteMsg:
		if c.step == editing {
			return c.pasted(msg)
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
		case key.Matches(msg, keys.Edit):
			c.step, c.preview = editing, nil
		case !c.preview.ready:
			return c.ready() // typed before anybody can have read it
		case key.Matches(msg, keys.Send):
			return c.enqueue()
		default:
			c.preview.press(msg, keys, c.previewLines())
		}
	case planning:
		if key.Matches(msg, keys.Edit) {
			c.stop() // the answer will find nobody waiting
			c.step, c.sh.work = editing, progress{}
		}
	case doing:
	}
	return nil
}

func (c *compose) edit(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.keys
	inRoom := c.form.at == fieldRoom
	switch {
	case inRoom && (msg.String() == "up" || msg.String() == "down"):
		c.list.press(msg, keys, 1)
	case !inRoom && c.people.press(msg, keys):
		if contact, ok := c.people.choice(); ok {
			return c.put(contact)
		}
	case !inRoom && msg.String() == "backspace" && c.form.fields[fieldAddress].input.Value() == "" && len(c.whom.pasted) > 0:
		c.whom.drop()
		return c.keep()
	case key.Matches(msg, keys.Submit), key.Matches(msg, keys.Next):
		return c.goOn(key.Matches(msg, keys.Submit))
	case key.Matches(msg, keys.Prev):
		c.form.focus(c.form.at - 1)
	default:
		return c.typed(msg)
	}
	return nil
}

// arrows reports whether rooms or people are listed below the field.
func (c *compose) arrows() bool {
	return c.step == editing && (c.form.at == fieldRoom || len(c.people.people) > 0)
}

// goOn leaves a field: for the next one, or to see what would happen.
func (c *compose) goOn(submit bool) tea.Cmd {
	inRoom := c.form.at == fieldRoom
	if inRoom && c.chosen == "" {
		k, ok := c.list.current()
		if !ok {
			return nil
		}
		c.choose(c.rooms[k])
		c.problem = nil
	} else if k, ok := c.list.current(); inRoom && ok {
		c.choose(c.rooms[k])
	}
	if submit && !inRoom && c.chosen != "" && !c.whom.empty() {
		return c.askForPlan()
	}
	c.form.focus(c.form.at + 1)
	return nil
}

// typed gives text to the field with the cursor.
func (c *compose) typed(msg tea.Msg) tea.Cmd {
	before := c.form.value(c.form.at)
	cmd := c.form.update(msg)
	if c.form.value(c.form.at) == before && c.form.at == fieldRoom {
		return cmd
	}
	c.problem = nil
	if c.form.at == fieldRoom {
		c.chosen, c.list.at = "", max(0, c.list.at)
		c.refresh()
		return cmd
	}
	return tea.Batch(cmd, c.keep())
}

// pasted takes a list, or text for a field.
func (c *compose) pasted(msg tea.PasteMsg) tea.Cmd {
	if c.form.at != fieldAddress || !c.whom.paste(msg.Content) {
		return c.typed(msg)
	}
	c.problem = nil
	return c.keep()
}

// keep takes in what the field says, and keeps it in case the page is left.
func (c *compose) keep() tea.Cmd {
	c.whom.write(c.form.fields[fieldAddress].input.Value())
	return tea.Batch(c.sh.noteDraft(c.whom), c.wantCompletion())
}

func (c *compose) ShortHelp() []key.Binding {
	k := c.sh.keys
	switch c.step {
	case previewing:
		n, many := len(c.preview.chosen()), !c.preview.single
		send := k.Send
		if many {
			send = as(k.Send, fmt.Sprintf("send %d", n))
		}
		ready := c.preview.ready
		return []key.Binding{
			when(ready && n > 0, send), when(ready && many, k.LookInto),
			when(ready && many && c.preview.count(pendingAlready) > 0, k.All), k.Edit, k.Interrupt,
		}
	case planning:
		return []key.Binding{as(k.Edit, "stop"), k.Interrupt}
	case doing:
		return []key.Binding{k.Interrupt}
	default:
		return []key.Binding{k.Submit, k.Next, k.Back, k.Interrupt}
	}
}

func (c *compose) FullHelp() [][]key.Binding {
	listed := c.step == previewing && c.preview.ready && !c.preview.single
	return [][]key.Binding{c.ShortHelp(), c.sh.keys.moves(listed)}
}
