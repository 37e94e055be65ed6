package cli

import (
	"strconv"

	"maunium.net/go/mautrix/id"
)

// A place is where in a file something stands, and in which room.
type place struct {
	value int    // which of the file's, from 1
	path  string // within that, as jq writes it
	room  id.RoomID
}

func (p place) String() string {
	switch {
	case p.path == "":
		return "value " + strconv.Itoa(p.value)
	case p.value > 1:
		return "value " + strconv.Itoa(p.value) + " " + p.path
	default:
		return p.path
	}
}

func (p place) member(name string) place {
	p.path += "." + name
	return p
}

func (p place) element(n int) place {
	p.path += "[" + strconv.Itoa(n) + "]"
	return p
}

func (p place) inRoom(room string) place {
	p.path += "[" + strconv.Quote(room) + "]"
	p.room = id.RoomID(room)
	return p
}
