package roomstate

import (
	"bytes"
	"encoding/json"
	"errors"
	"runtime"
	"time"

	"github.com/tidwall/gjson"
	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Restart makes Apply treat the next response as that of a first sync. The known rooms
// are kept until then.
func (s *Rooms) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = ""
}

// Apply updates the rooms with the response of a sync that continued from since; without
// since, of a first sync. It returns the rooms that have changed and those that the user
// has left. Before it uses memory, it calls take with the number of bytes. If take returns
// an error, Apply returns it, and the response can be applied again. If the error is
// [ErrEvents], a first sync is needed instead.
func (s *Rooms) Apply(since string, reply syncreply.Reply, now time.Time, take func(bytes int64) error) (changed, left []id.RoomID, err error) {
	if err := take(int64(len(reply.Join)) * roomSize); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	first := since == ""
	if s.since != since {
		return nil, nil, ErrEvents // stored events could not be read since the request
	}
	if first {
		for room := range s.rooms { // known from before the restart
			if _, still := reply.Join[room]; !still {
				delete(s.rooms, room)
				left = append(left, room)
			}
		}
	}
	for room := range reply.Join {
		r, known := s.rooms[room]
		if known {
			if err := s.load(room, r); err != nil && !first {
				return nil, nil, err
			} else if err != nil {
				known = false // the response has all that is needed
			}
		}
		if !known {
			s.rooms[room] = newEvents()
		}
		changed = append(changed, room)
	}
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, room := range changed {
		r, raw := s.rooms[room], reply.Join[room]
		g.Go(func() error {
			events := syncreply.ReadRoom(raw)
			if err := take(int64(len(raw)) + int64(len(events.Events))*eventSize); err != nil {
				return err
			}
			r.apply(s.me, room, events, first)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	for _, room := range reply.Leave {
		if _, known := s.rooms[room]; known {
			delete(s.rooms, room)
			left = append(left, room)
		}
	}
	for _, r := range s.rooms {
		r.stuck = false
	}
	s.since, s.asOf = reply.NextBatch, now
	return changed, left, nil
}

// apply updates a room with its part of a sync. With gap, events between the last sync
// and this one are missing.
func (r *events) apply(me id.UserID, room id.RoomID, reply syncreply.Room, gap bool) {
	if len(reply.Heroes) > 0 {
		r.heroes = reply.Heroes
	}
	if gap = gap || reply.Limited; gap {
		r.forgetMembers(me)
	}
	fresh := len(r.current) == 0
	at := r.placesOfCurrent(reply.Events)
	for n, raw := range reply.Events {
		// The copy does not keep the whole response in memory.
		ev, err := invite.ReadEvent(bytes.Clone(raw))
		current := r.current[stateKey{ev.Type, ev.StateKey}]
		switch {
		case errors.Is(err, invite.ErrNotState):
			r.doubt(raw)
		case err != nil:
			r.bad++
		case at[current.ID] > n:
			r.remember(ev) // the current event is newer
		default:
			r.set(me, ev)
		}
	}
	r.fold(me, room)
	if fresh || gap {
		r.traced = len(r.invites) == 0
	}
	if len(r.doubtful) > 0 {
		r.traced = false
	}
}

// placesOfCurrent returns the indexes of those events that are the current state already.
// The first /sync after a sliding sync may have them, and older events before them.
func (r *events) placesOfCurrent(reply []json.RawMessage) map[id.EventID]int {
	if len(r.current) == 0 {
		return nil
	}
	places := map[id.EventID]int{}
	for n, raw := range reply {
		ev, err := invite.ReadEvent(raw)
		if err == nil && ev.ID != "" && r.current[stateKey{ev.Type, ev.StateKey}].ID == ev.ID {
			places[ev.ID] = n
		}
	}
	return places
}

// doubt marks the event of an invite as doubtful if raw is a redaction of it. It is
// fetched again when the room is traced. Since room version 11 the ID of the redacted
// event is in the content
// (https://spec.matrix.org/v1.19/client-server-api/#mroomredaction).
func (r *events) doubt(raw json.RawMessage) {
	ev := gjson.ParseBytes(raw)
	if ev.Get("type").Str != typeRedaction {
		return
	}
	for _, redacts := range []string{ev.Get("redacts").Str, ev.Get("content.redacts").Str} {
		for k, current := range r.current {
			if redacts != "" && k.typ == invite.TypeThirdPartyInvite && string(current.ID) == redacts {
				r.doubtful[current.ID] = true
			}
		}
	}
}

// forgetMembers moves the member events of other users to the history: their
// membership may have changed in a gap of the timeline.
func (r *events) forgetMembers(me id.UserID) {
	for k, ev := range r.current {
		if k.typ == invite.TypeMember && k.key != string(me) {
			r.remember(ev)
			delete(r.current, k)
		}
	}
}
