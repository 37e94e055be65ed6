package invite

import (
	"encoding/json"
	"strings"
	"unicode"

	"maunium.net/go/mautrix/id"
)

// A Tombstone is the content of an m.room.tombstone event: the room was replaced by
// another one, as by an upgrade
// (https://spec.matrix.org/v1.19/client-server-api/#mroomtombstone). Invites of the
// old room are not moved to the new one.
type Tombstone struct {
	Replacement id.RoomID // empty if the event names no valid room
}

// ReadTombstone reads the content of a tombstone event. It reports false if the event
// was redacted: then the room is in use.
func ReadTombstone(content json.RawMessage) (Tombstone, bool) {
	var c map[string]json.RawMessage
	if json.Unmarshal(content, &c) != nil || len(c) == 0 {
		return Tombstone{}, false
	}
	var room string
	_ = json.Unmarshal(c["replacement_room"], &room) // a value of another type names no room
	if !isRoomID(room) {
		room = ""
	}
	return Tombstone{Replacement: id.RoomID(room)}, true
}

// isRoomID reports whether s can be a room ID. Since room version 12 it names no
// server (https://spec.matrix.org/v1.19/appendices/#room-ids).
func isRoomID(s string) bool {
	const longest = 255 // bytes
	return strings.HasPrefix(s, "!") && len(s) > 1 && len(s) <= longest &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}
