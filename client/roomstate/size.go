package roomstate

import "github.com/mxinvite/mxinvite/client/invite"

// The memory of a room, of an event without its text, and of an invite with what a
// screen shows of it, in bytes. TestRoomsUseNoMoreMemoryThanIsCounted compares them with
// the memory that is used.
const (
	roomSize   = 2 << 10
	eventSize  = 1 << 10
	inviteSize = 2 << 10
)

// Size estimates how much memory the rooms use, in bytes.
func (s *Rooms) Size() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var size int64
	for _, r := range s.rooms {
		size += r.size
	}
	return size
}

// SizeOf estimates how much memory an event uses, in bytes.
func SizeOf(ev invite.Event) int64 { return eventSize + int64(len(ev.Raw)) }

// measure estimates how much memory a room uses.
func (r *events) measure() {
	r.size = roomSize + int64(len(r.invites))*inviteSize
	for _, hero := range r.heroes {
		r.size += int64(len(hero)) + 32
	}
	for _, ev := range r.current {
		r.size += SizeOf(ev)
	}
	for _, ev := range r.history {
		r.size += SizeOf(ev)
	}
}
