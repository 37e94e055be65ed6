package syncreply

import (
	"encoding/json"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
)

// ReadSliding parses a response of simplified sliding sync (MSC4186) and reports whether
// it is valid. The rooms are slices of raw.
func ReadSliding(raw []byte) (rooms map[id.RoomID]json.RawMessage, ok bool) {
	rooms = map[id.RoomID]json.RawMessage{}
	var parts []span
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "pos":
			_, ok = rawjson.Text(w.Value)
		case "rooms":
			at := w.At()
			for room := rawjson.Object(w.Value); room.Next(); {
				rooms[id.RoomID(room.Name)] = room.Value
				parts = append(parts, span{at + room.At(), at + room.At() + len(room.Value)})
			}
		}
	}
	return rooms, ok && valid(raw, parts)
}

// ReadSlidingRoom parses a room of a sliding sync without a timeline. The state is that
// after all events.
func ReadSlidingRoom(raw json.RawMessage) (room Room) {
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "heroes":
			for hero := rawjson.Array(w.Value); hero.Next(); {
				user, _ := rawjson.Text(memberOf(hero.Value, "user_id"))
				room.Heroes = append(room.Heroes, id.UserID(user))
			}
		case "required_state":
			for events := rawjson.Array(w.Value); events.Next(); {
				room.Events = append(room.Events, events.Value)
			}
		}
	}
	return room
}
