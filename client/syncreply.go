package client

import (
	"encoding/json"

	"github.com/tidwall/gjson"
	"maunium.net/go/mautrix/id"
)

// syncReply is what is read of an answer to /sync
// (https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync). It
// is read by hand because the first one of a large account has megabytes.
type syncReply struct {
	nextBatch string
	join      map[id.RoomID]roomNews
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

// readSync reads an answer and says whether it is one.
func readSync(raw []byte) (reply syncReply, ok bool) {
	if !json.Valid(raw) { // gjson's own check goes as deep as a stranger likes
		return reply, false
	}
	whole := gjson.ParseBytes(raw)
	reply.nextBatch = whole.Get("next_batch").Str
	reply.join = map[id.RoomID]roomNews{}
	whole.Get("rooms.join").ForEach(func(room, r gjson.Result) bool {
		var news roomNews
		for _, hero := range r.Get(`summary.m\.heroes`).Array() {
			news.heroes = append(news.heroes, id.UserID(hero.Str))
		}
		news.limited = r.Get("timeline.limited").Type == gjson.True
		for _, list := range []string{"state.events", "timeline.events"} {
			r.Get(list).ForEach(func(_, ev gjson.Result) bool {
				news.events = append(news.events, json.RawMessage(ev.Raw))
				return true
			})
		}
		reply.join[id.RoomID(room.Str)] = news
		return true
	})
	whole.Get("rooms.leave").ForEach(func(room, _ gjson.Result) bool {
		reply.leave = append(reply.leave, id.RoomID(room.Str))
		return true
	})
	return reply, reply.nextBatch != ""
}
