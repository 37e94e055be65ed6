package ui

import (
	"context"
	"fmt"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/spinner"
	tea "charm.land/bubbletea/v2"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/shell"
	"github.com/mxinvite/mxinvite/ui/widget"
)

// The fields of the compose form.
const (
	fieldRoom = iota
	fieldPeople
)

// A step of the compose page.
type step int

const (
	editing step = iota
	planning
	previewing
	doing
)

// composePage is the page to invite people to rooms. The user enters rooms and people,
// sees a preview of what will be sent, and confirms.
type composePage struct {
	sh       *shell.Shell
	ctx      context.Context
	form     *widget.Form
	list     widget.List[id.RoomID] // the rooms that match the typed text
	rooms    map[id.RoomID]client.Room
	chosen   []id.RoomID // the chosen rooms; empty while the user searches for one
	several  bool        // another room is added to the chosen rooms, instead of replacing them
	invitees invitees
	offers   []client.WayOffer // nil until they are known
	moves    *move             // nil if the page does not move invites of a replaced room
	kept     bool              // the invitees are the stored draft, unchanged
	people   completion
	step     step
	looked   widget.Progress
	preview  *preview
	stop     context.CancelFunc // cancels the current lookup
	problem  error
	spinner  spinner.Model
}

// newComposePage returns the page for inviting to those of rooms that the account has
// joined.
func newComposePage(sh *shell.Shell, rooms ...id.RoomID) func(context.Context) shell.Screen {
	return func(ctx context.Context) shell.Screen {
		c := newEmptyComposePage(ctx, sh)
		c.invitees = inviteesOf(sh.Draft.Texts)
		c.kept = !c.invitees.empty()
		c.form.Fields[fieldPeople].Input.SetValue(c.invitees.typed.text)
		c.refresh()
		c.chooseAll(rooms)
		c.suggest()
		return c
	}
}

// newEmptyComposePage returns the page without rooms and people.
func newEmptyComposePage(ctx context.Context, sh *shell.Shell) *composePage {
	c := &composePage{sh: sh, ctx: ctx, form: sh.NewForm(), spinner: widget.NewSpinner()}
	c.form.Add("Room", "type to search your rooms", "")
	c.form.Add("People", exampleAddress(sh)+" or @user:server, or paste a list", "")
	return c
}

// Init shows the preview at once if invites are moved, since the people are known.
func (c *composePage) Init() tea.Cmd {
	if c.moves != nil {
		return c.askForPlan()
	}
	return c.askForWays()
}

func (c *composePage) Title() string {
	if c.moves != nil {
		return "Move invites"
	}
	return "Invite people"
}

func (c *composePage) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shell.ChangedMsg:
		c.refresh()
	case offeredWays:
		c.offers = msg.offers
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
		return widget.UpdateSpinner(&c.spinner, msg, c.step == planning || c.step == doing)
	case tea.PasteMsg:
		if c.step == editing {
			return c.pasted(msg)
		}
	case tea.KeyPressMsg:
		return c.press(msg)
	}
	return nil
}

func (c *composePage) press(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.Keys
	switch c.step {
	case editing:
		return c.edit(msg)
	case previewing:
		switch {
		case key.Matches(msg, keys.Edit):
			c.step, c.preview = editing, nil
		case !c.preview.ready:
			return c.ready() // the user has not had the time to read the preview
		case key.Matches(msg, keys.Send):
			return c.enqueue()
		case key.Matches(msg, keys.Column) && c.invitees.hasColumns():
			c.step, c.preview = editing, nil
			return tea.Batch(c.nextColumn(), c.askForPlan())
		case key.Matches(msg, keys.NextWay) && c.hasWays():
			c.step, c.preview = editing, nil
			return tea.Batch(c.nextWay(), c.askForPlan())
		default:
			c.preview.press(msg, keys, c.previewLines())
		}
	case planning:
		if key.Matches(msg, keys.Edit) {
			c.stop() // the result of the lookup is dropped
			c.step, c.sh.Progress = editing, widget.Progress{}
		}
	case doing:
	}
	return nil
}

func (c *composePage) edit(msg tea.KeyPressMsg) tea.Cmd {
	keys := c.sh.Keys
	inRoom := c.form.At == fieldRoom
	switch {
	case inRoom && (msg.String() == "up" || msg.String() == "down"):
		c.list.Press(msg, keys.Keys, 1)
	case key.Matches(msg, keys.AddRoom) && c.addRoomKey().Enabled():
		c.addRoom()
	case !inRoom && c.people.press(msg, keys):
		if contact, ok := c.people.choice(); ok {
			return c.put(contact)
		}
	case key.Matches(msg, keys.NewRoom):
		c.useNewRooms()
	case c.kept && key.Matches(msg, keys.ClearDraft):
		return c.clearDraft()
	case key.Matches(msg, keys.Column) && c.invitees.hasColumns():
		return c.nextColumn()
	case key.Matches(msg, keys.NextWay) && c.hasWays():
		return c.nextWay()
	case !inRoom && msg.String() == "backspace" && c.form.Fields[fieldPeople].Input.Value() == "" && len(c.invitees.pasted) > 0:
		c.invitees.drop()
		return c.keep()
	case key.Matches(msg, keys.Submit), key.Matches(msg, keys.Next):
		return c.goOn(key.Matches(msg, keys.Submit))
	case key.Matches(msg, keys.Prev):
		c.focus(c.form.At - 1)
	default:
		return c.typed(msg)
	}
	return nil
}

// TypesAhead reports that Enter ends the field with the room. Lines that come at
// once for the field with the people are a list.
func (c *composePage) TypesAhead() bool { return c.form.At == fieldRoom }

// ArrowsMove reports whether a list of rooms or people is shown below the field.
func (c *composePage) ArrowsMove() bool {
	return c.step == editing && (c.form.At == fieldRoom || len(c.people.people) > 0)
}

// goOn leaves a field: it moves to the next field, or asks for the preview.
func (c *composePage) goOn(submit bool) tea.Cmd {
	inRoom := c.form.At == fieldRoom
	if inRoom && (!c.several || len(c.chosen) == 0) {
		k, ok := c.list.Current()
		switch {
		case ok:
			c.choose(c.rooms[k])
			c.problem = nil
		case len(c.chosen) == 0:
			return nil
		}
	}
	if submit && !inRoom && len(c.chosen) > 0 && !c.invitees.empty() {
		return c.askForPlan()
	}
	c.focus(c.form.At + 1)
	return nil
}

// typed handles typed text for the field with the cursor.
func (c *composePage) typed(msg tea.Msg) tea.Cmd {
	before := c.form.Value(c.form.At)
	cmd := c.form.Update(msg)
	if c.form.Value(c.form.At) == before && c.form.At == fieldRoom {
		return cmd
	}
	c.problem = nil
	if c.form.At == fieldRoom {
		if !c.several {
			c.chosen = nil
		}
		c.list.At = max(0, c.list.At)
		c.refresh()
		return cmd
	}
	return tea.Batch(cmd, c.keep())
}

// pasted handles pasted text: a list of people, or text for a field.
func (c *composePage) pasted(msg tea.PasteMsg) tea.Cmd {
	if c.form.At != fieldPeople || !c.invitees.paste(msg.Content) {
		return c.typed(msg)
	}
	c.problem = nil
	return c.keep()
}

// keep reads the people from the field, and stores them in the draft.
func (c *composePage) keep() tea.Cmd {
	c.kept = false
	c.invitees.write(c.form.Fields[fieldPeople].Input.Value())
	if c.moves != nil {
		return c.wantCompletion() // a draft of other people stays
	}
	return tea.Batch(c.sh.Draft.Note(c.invitees.texts()), c.wantCompletion())
}

func (c *composePage) ShortHelp() []key.Binding {
	k := c.sh.Keys
	switch c.step {
	case previewing:
		n, many := len(c.preview.chosen()), !c.preview.single
		send := k.Send
		if many {
			send = keymap.As(k.Send, fmt.Sprintf("send %d", n))
		}
		ready := c.preview.ready
		return []key.Binding{
			keymap.When(ready && n > 0, send), keymap.When(ready && many, c.preview.expandKey(k)),
			keymap.When(ready && many && c.preview.pending(), k.All), keymap.When(ready && c.invitees.hasColumns(), k.Column), keymap.When(ready && c.hasWays(), k.NextWay), keymap.When(ready && c.preview.replaced(), c.preview.oldRoomKey(k)), k.Edit, k.Interrupt,
		}
	case planning:
		return []key.Binding{keymap.As(k.Edit, "stop"), k.Interrupt}
	case doing:
		return []key.Binding{k.Interrupt}
	default:
		return []key.Binding{
			k.Submit, k.Next, c.addRoomKey(), keymap.When(c.invitees.hasColumns(), k.Column), keymap.When(c.hasWays(), k.NextWay), k.Back,
			keymap.When(c.kept, k.ClearDraft), c.newRoomKey(), k.Interrupt,
		}
	}
}

func (c *composePage) FullHelp() [][]key.Binding {
	listed := c.step == previewing && c.preview.ready && !c.preview.single
	return [][]key.Binding{c.ShortHelp(), c.sh.Keys.Moves(listed)}
}
