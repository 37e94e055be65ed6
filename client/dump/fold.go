package dump

import (
	"cmp"
	"encoding/json"
	"strings"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// A Room has the names of a room.
type Room struct {
	Name  string // the name in m.room.name, or else the alias
	Alias id.RoomAlias
}

// Fold returns the invites of all rooms, newest first, and the names of these
// rooms.
func (d *Dump) Fold() ([]invite.Invite, map[id.RoomID]Room) {
	events := map[id.RoomID][]invite.Event{}
	for _, e := range d.ordered() {
		events[e.room] = append(events[e.room], e.event)
	}
	var invites []invite.Invite
	rooms := map[id.RoomID]Room{}
	for room, all := range events {
		state, history := invite.Order(all)
		invites = append(invites, invite.Fold(room, state, history)...)
		rooms[room] = newRoom(state)
	}
	invite.Sort(invites)
	return invites, rooms
}

func newRoom(state []invite.Event) Room {
	var name, alias string
	for _, ev := range state {
		var content map[string]json.RawMessage
		if ev.StateKey != "" || json.Unmarshal(ev.Content, &content) != nil {
			continue
		}
		switch ev.Type {
		case typeName:
			_ = json.Unmarshal(content["name"], &name) // a value of the wrong type is ignored
		case typeCanonicalAlias:
			_ = json.Unmarshal(content["alias"], &alias)
		}
	}
	return Room{Name: cmp.Or(strings.TrimSpace(name), alias), Alias: id.RoomAlias(alias)}
}
