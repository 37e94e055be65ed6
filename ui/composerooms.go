package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/internal/safetext"
	"github.com/mxinvite/mxinvite/ui/cells"
	"github.com/mxinvite/mxinvite/ui/keymap"
	"github.com/mxinvite/mxinvite/ui/phrase"
)

// refresh reads the account's rooms again and lists the rooms that match the typed
// text. If the room under the cursor no longer exists, no room is selected: the
// cursor does not move to another room.
func (c *composePage) refresh() {
	pointed, some := c.list.Current()
	before := c.rooms
	c.rooms = map[id.RoomID]client.Room{}
	typed := strings.ToLower(c.form.Value(fieldRoom))
	var ids []id.RoomID
	for _, r := range c.sh.Account.Rooms() {
		c.rooms[r.ID] = r
		// Compare with the name as the screen shows it.
		name := safetext.Line(r.Name + " " + string(r.Alias) + " " + string(r.ID))
		if strings.Contains(strings.ToLower(name), typed) {
			ids = append(ids, r.ID)
		}
	}
	c.list.Set(ids)
	if _, there := c.rooms[pointed]; some && !there {
		c.list.At = -1
	}
	for _, room := range slices.Clone(c.chosen) {
		if _, there := c.rooms[room]; !there {
			c.lostRoom(before[room])
		}
	}
}

// lostRoom removes a chosen room that the account is no longer in. It cancels the
// lookup for the plan and drops the preview.
func (c *composePage) lostRoom(gone client.Room) {
	if c.step == doing {
		return
	}
	if c.step == planning {
		c.stop()
	}
	c.step, c.preview = editing, nil
	c.chosen = slices.DeleteFunc(c.chosen, func(r id.RoomID) bool { return r == gone.ID })
	c.problem = fmt.Errorf("%w any more", client.ErrNotJoined)
	if c.several && len(c.chosen) > 0 {
		c.problem = fmt.Errorf("%s: %w", cells.Cut(gone.Name, phrase.NameWidth), c.problem)
		c.nameRooms()
		return
	}
	c.several = false
	c.focus(fieldRoom)
	c.list.At = -1
}

// choose selects one room to invite to.
func (c *composePage) choose(r client.Room) {
	c.form.Fields[fieldRoom].Input.SetValue(safetext.Line(r.Label()))
	c.chosen = []id.RoomID{r.ID}
	c.refresh()
	c.list.MoveTo(r.ID)
}

// chooseAll selects those of rooms that the account has joined.
func (c *composePage) chooseAll(rooms []id.RoomID) {
	for _, room := range rooms {
		if _, ok := c.rooms[room]; ok && !slices.Contains(c.chosen, room) {
			c.chosen = append(c.chosen, room)
		}
	}
	switch len(c.chosen) {
	case 0:
		return
	case 1:
		c.choose(c.rooms[c.chosen[0]])
	default:
		c.several = true
	}
	c.focus(fieldPeople)
}

// addRoom adds the room under the cursor to the chosen rooms, or removes it, and
// clears the search. In the other field it moves the cursor to the room field.
func (c *composePage) addRoom() {
	first := !c.several
	if c.form.At != fieldRoom {
		c.several = true
		c.focus(fieldRoom)
		return
	}
	room, ok := c.list.Current()
	if !ok {
		return
	}
	switch n := slices.Index(c.chosen, room); {
	case n < 0:
		c.chosen = append(c.chosen, room)
	case !first: // otherwise the room was the only choice, and stays chosen when others are added
		c.chosen = slices.Delete(c.chosen, n, n+1)
	}
	c.form.Fields[fieldRoom].Input.SetValue("")
	c.problem, c.several = nil, len(c.chosen) > 0
	c.refresh()
	c.list.MoveTo(room)
}

// addRoomKey returns the key with a description of its present effect.
func (c *composePage) addRoomKey() key.Binding {
	k := c.sh.Keys.AddRoom
	room, ok := c.list.Current()
	switch {
	case c.form.At != fieldRoom:
		return keymap.When(len(c.chosen) > 0, keymap.As(k, "more rooms"))
	case !c.several && len(c.chosen) > 0:
		return keymap.As(k, "more rooms")
	case c.several && slices.Contains(c.chosen, room):
		return keymap.As(k, "remove this room")
	}
	return keymap.When(ok, k)
}

// focus moves the cursor to a field. If there are several chosen rooms, the room field
// is empty for a search while it has the cursor, and shows the chosen rooms otherwise.
func (c *composePage) focus(field int) {
	c.form.Focus(field)
	if !c.several {
		return
	}
	if c.form.At == fieldRoom {
		c.form.Fields[fieldRoom].Input.SetValue("")
		c.refresh()
		c.list.MoveTo(c.chosen[0])
		return
	}
	c.nameRooms()
}

// nameRooms writes the names of the chosen rooms into the room field, unless the user
// is searching in it.
func (c *composePage) nameRooms() {
	if c.form.At != fieldRoom {
		c.form.Fields[fieldRoom].Input.SetValue(c.roomNames())
		c.form.Fields[fieldRoom].Input.CursorStart()
	}
}

// roomNames returns the names of the chosen rooms in one line.
func (c *composePage) roomNames() string {
	var names []string
	for _, room := range c.chosen {
		names = append(names, cells.Cut(c.rooms[room].Name, phrase.NameWidth))
	}
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%d rooms: %s", len(names), strings.Join(names, ", "))
}
