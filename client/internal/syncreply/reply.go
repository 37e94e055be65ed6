// Package syncreply reads the answer to a /sync without copying it.
package syncreply

import (
	"encoding/json"
	"runtime"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A Reply is what is read of an answer to /sync
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync). It
// is read by hand because the first one of a large account has megabytes.
type Reply struct {
	NextBatch string
	Join      map[id.RoomID]json.RawMessage
	Leave     []id.RoomID
}

// A Room is what a sync says about a joined room. Its events stay raw, so that a
// malformed one affects no other: first those of the state, then those of
// the timeline, in their order.
type Room struct {
	Heroes  []id.UserID
	Events  []json.RawMessage
	Limited bool // there is a gap before the timeline
}

// Read reads an answer and says whether it is one. The events in it are parts
// of raw, which must not be changed afterwards.
func Read(raw []byte) (reply Reply, ok bool) {
	reply.Join = map[id.RoomID]json.RawMessage{}
	var joined []span
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "next_batch":
			reply.NextBatch, _ = rawjson.Text(w.Value)
		case "rooms":
			joined = append(joined, reply.readRooms(w.Value, w.At())...)
		}
	}
	return reply, reply.NextBatch != "" && valid(raw, joined)
}

// readRooms reads the rooms, and says where in the answer each joined one stands
// if they stand at a place of it.
func (reply *Reply) readRooms(raw json.RawMessage, at int) (joined []span) {
	for kinds := rawjson.Object(raw); kinds.Next(); {
		kind, from := string(kinds.Name), at+kinds.At()
		for room := rawjson.Object(kinds.Value); room.Next(); {
			switch kind {
			case "join":
				reply.Join[id.RoomID(room.Name)] = room.Value
				joined = append(joined, span{from + room.At(), from + room.At() + len(room.Value)})
			case "leave":
				reply.Leave = append(reply.Leave, id.RoomID(room.Name))
			}
		}
	}
	return joined
}

// A span is a part of something: from one index to before another.
type span struct{ from, to int }

// valid reports whether raw is JSON: its parts, each for itself on all cores, and
// the whole with a number in the place of each. That takes half as long as to
// look at all of it on one core, which is longer than everything else about it.
func valid(raw []byte, parts []span) bool {
	var broken atomic.Bool
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	var frame []byte
	done := 0
	for _, part := range parts {
		g.Go(func() error {
			if !json.Valid(raw[part.from:part.to]) {
				broken.Store(true)
			}
			return nil
		})
		frame = append(append(frame, raw[done:part.from]...), '0')
		done = part.to
	}
	frame = append(frame, raw[done:]...)
	_ = g.Wait() // nothing that runs there fails
	return !broken.Load() && json.Valid(frame)
}

// ReadRoom reads what a sync says about a joined room.
func ReadRoom(raw json.RawMessage) (room Room) {
	var state, timeline json.RawMessage
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "summary":
			room.Heroes = readHeroes(w.Value)
		case "state":
			state = w.Value
		case "timeline":
			timeline = w.Value
		}
	}
	for _, part := range []json.RawMessage{state, timeline} {
		for events := rawjson.Array(memberOf(part, "events")); events.Next(); {
			room.Events = append(room.Events, events.Value)
		}
	}
	room.Limited = string(memberOf(timeline, "limited")) == "true"
	return room
}

func readHeroes(summary json.RawMessage) (heroes []id.UserID) {
	for w := rawjson.Array(memberOf(summary, "m.heroes")); w.Next(); {
		hero, _ := rawjson.Text(w.Value)
		heroes = append(heroes, id.UserID(hero))
	}
	return heroes
}

// memberOf is one member of an object; nil if there is none.
func memberOf(raw json.RawMessage, name string) (value json.RawMessage) {
	for w := rawjson.Object(raw); w.Next(); {
		if string(w.Name) == name {
			value = w.Value
		}
	}
	return value
}
