package client

import (
	"encoding/json"
	"runtime"
	"sync/atomic"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/rawjson"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// syncReply is what is read of an answer to /sync
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync). It
// is read by hand because the first one of a large account has megabytes.
type syncReply struct {
	nextBatch string
	join      map[id.RoomID]json.RawMessage
	leave     []id.RoomID
}

// roomNews is what a sync tells of a joined room. Its events stay raw, so that a
// strange one spoils nothing but itself: first those of the state, then those of
// the timeline, in their order.
type roomNews struct {
	heroes  []id.UserID
	events  []json.RawMessage
	limited bool // there is a gap before the timeline
}

// readSync reads an answer and says whether it is one. The events in it are parts
// of raw, which nobody may write to any more.
func readSync(raw []byte) (reply syncReply, ok bool) {
	reply.join = map[id.RoomID]json.RawMessage{}
	var joined []span
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "next_batch":
			reply.nextBatch, _ = rawjson.Text(w.Value)
		case "rooms":
			joined = append(joined, reply.readRooms(w.Value, w.At())...)
		}
	}
	return reply, reply.nextBatch != "" && valid(raw, joined)
}

// readRooms reads the rooms, and says where in the answer each joined one stands
// if they stand at a place of it.
func (reply *syncReply) readRooms(raw json.RawMessage, at int) (joined []span) {
	for kinds := rawjson.Object(raw); kinds.Next(); {
		kind, from := string(kinds.Name), at+kinds.At()
		for room := rawjson.Object(kinds.Value); room.Next(); {
			switch kind {
			case "join":
				reply.join[id.RoomID(room.Name)] = room.Value
				joined = append(joined, span{from + room.At(), from + room.At() + len(room.Value)})
			case "leave":
				reply.leave = append(reply.leave, id.RoomID(room.Name))
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

// readNews reads what a sync tells of a joined room.
func readNews(raw json.RawMessage) (news roomNews) {
	var state, timeline json.RawMessage
	for w := rawjson.Object(raw); w.Next(); {
		switch string(w.Name) {
		case "summary":
			news.heroes = readHeroes(w.Value)
		case "state":
			state = w.Value
		case "timeline":
			timeline = w.Value
		}
	}
	for _, part := range []json.RawMessage{state, timeline} {
		for events := rawjson.Array(memberOf(part, "events")); events.Next(); {
			news.events = append(news.events, events.Value)
		}
	}
	news.limited = string(memberOf(timeline, "limited")) == "true"
	return news
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
