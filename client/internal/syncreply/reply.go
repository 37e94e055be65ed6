// Package syncreply parses the response to /sync without copying it.
package syncreply

import (
	"encoding/json"
	"runtime"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A Reply is the part of a response to /sync that the program uses
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync). It is
// not parsed with encoding/json because the first response of a large account has
// many megabytes.
type Reply struct {
	NextBatch string
	Join      map[id.RoomID]json.RawMessage
	Leave     []id.RoomID
}

// A Room is a joined room in a sync. Its events are not parsed, so that an invalid
// event does not affect the others: first the state events, then those of the
// timeline, in their order.
type Room struct {
	Heroes  []id.UserID
	Events  []json.RawMessage
	Limited bool // events are missing before the timeline
}

// Read parses a response and reports whether it is valid. The events are slices of
// raw, so the caller must not change it.
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

// readRooms reads the rooms and returns the positions of the joined rooms in the
// response. at is the position of raw.
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

// A span is a range of indexes, without its end.
type span struct{ from, to int }

// valid reports whether raw is valid JSON. It checks the parts in parallel, and the
// whole with each part replaced by a number. This takes half as long as checking
// all of it on one core, which is the slowest step of reading a sync.
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
	_ = g.Wait() // the functions return no errors
	return !broken.Load() && json.Valid(frame)
}

// ReadRoom parses a joined room of a sync.
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

// memberOf returns a member of an object, or nil if there is none.
func memberOf(raw json.RawMessage, name string) (value json.RawMessage) {
	for w := rawjson.Object(raw); w.Next(); {
		if string(w.Name) == name {
			value = w.Value
		}
	}
	return value
}
