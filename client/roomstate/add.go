package roomstate

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Add adds rooms with their whole state, from a sliding sync, and returns those that the
// user has joined. The others are left out. Before it uses memory, it calls take with the
// number of bytes. If take returns an error, Add adds no room and returns it.
func (s *Rooms) Add(rooms map[id.RoomID]json.RawMessage, take func(bytes int64) error) (added []id.RoomID, err error) {
	if err := take(int64(len(rooms)) * roomSize); err != nil {
		return nil, err
	}
	read := make(map[id.RoomID]*events, len(rooms))
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for room, raw := range rooms {
		r := newEvents()
		read[room] = r
		g.Go(func() error {
			reply := syncreply.ReadSlidingRoom(raw)
			if err := take(int64(len(raw)) + int64(len(reply.Events))*eventSize); err != nil {
				return err
			}
			r.apply(s.me, room, reply, true)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	maps.DeleteFunc(read, func(_ id.RoomID, r *events) bool { return !r.hasJoined(s.me) })
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.rooms, read)
	return slices.Collect(maps.Keys(read)), nil
}

// hasJoined reports whether the user is a member of the room.
func (r *events) hasJoined(me id.UserID) bool {
	var member struct {
		Membership string `json:"membership"`
	}
	_ = json.Unmarshal(r.content(invite.TypeMember, string(me)), &member) // malformed content counts as none
	return member.Membership == "join"
}

// Finish records that all rooms were added. The next sync continues from since.
func (s *Rooms) Finish(since string, asOf time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.asOf = since, asOf
}
