package dump

import (
	"strconv"

	"maunium.net/go/mautrix/id"
)

// A place is the position of a value in a file, and its room.
type place struct {
	value int    // number of the top-level value, from 1
	path  string // within the top-level value, in the syntax of jq
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
