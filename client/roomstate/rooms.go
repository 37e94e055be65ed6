// Package roomstate holds the state events of an account's joined rooms, as far as
// invites need them: from /sync, from the store and from the rooms' history.
package roomstate

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
)

// These state events are requested, and no others.
const (
	typeCreate         = "m.room.create"
	typeName           = "m.room.name"
	typeCanonicalAlias = "m.room.canonical_alias"
	typePowerLevels    = "m.room.power_levels"
	typeRedaction      = "m.room.redaction" // which changes an event without replacing it
)

// EventTypes lists the types of the events that [Rooms] reads.
func EventTypes() []string {
	return []string{
		typeCreate, typeName, typeCanonicalAlias, typePowerLevels, typeRedaction,
		invite.TypeThirdPartyInvite, invite.TypeMember, invite.TypeTombstone,
	}
}

// Rooms is what the homeserver has told about the joined rooms of a user. Its methods
// may be called concurrently.
type Rooms struct {
	me    id.UserID
	mu    sync.RWMutex
	since string    // next_batch of the last sync; empty before the first
	asOf  time.Time // of the last sync
	rooms map[id.RoomID]*events

	source Source // of the events that are not in memory
	newest newest
}

// New returns the rooms of a user, of which nothing is known.
func New(me id.UserID) *Rooms {
	return &Rooms{me: me, rooms: map[id.RoomID]*events{}}
}

// Since returns the token with which the next sync continues; empty before the first.
func (s *Rooms) Since() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.since
}

// AsOf returns the time of the last sync; zero before the first.
func (s *Rooms) AsOf() time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.asOf
}

// All lists the joined rooms by name.
func (s *Rooms) All() []Room {
	s.mu.RLock()
	defer s.mu.RUnlock()
	type named struct {
		lower string
		room  *events
	}
	byName := make([]named, 0, len(s.rooms))
	for _, r := range s.rooms {
		byName = append(byName, named{strings.ToLower(r.facts.Name), r})
	}
	slices.SortFunc(byName, func(a, b named) int {
		return cmp.Or(strings.Compare(a.lower, b.lower), cmp.Compare(a.room.facts.ID, b.room.facts.ID))
	})
	rooms := make([]Room, len(byName))
	for n, r := range byName {
		rooms[n] = r.room.room()
	}
	return rooms
}

// Room returns a joined room.
func (s *Rooms) Room(room id.RoomID) (Room, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.rooms[room]
	if !ok {
		return Room{}, false
	}
	return r.room(), true
}

// Live returns the invites that look pending, in no order. With each it returns whether
// that is certain (see [Room.Certain]). The loop must not call methods of Rooms.
func (s *Rooms) Live() iter.Seq2[*invite.Invite, bool] {
	return func(yield func(*invite.Invite, bool) bool) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		for _, r := range s.rooms {
			for n := range r.invites {
				if i := &r.invites[n]; i.Live() && !yield(i, r.traced) {
					return
				}
			}
		}
	}
}

// Invite returns one invite of a room.
func (s *Rooms) Invite(room id.RoomID, token string) (invite.Invite, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r, ok := s.rooms[room]; ok {
		for _, i := range r.invites {
			if i.Token == token {
				return i, true
			}
		}
	}
	return invite.Invite{}, false
}

// History lists the events of an invite, the newest first, as far as the homeserver
// has sent them and they were kept. It may read the store. Where an event replaces another than the next one
// in the list, some are missing.
func (s *Rooms) History(room id.RoomID, token string) []invite.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.loaded(room)
	if r == nil {
		return nil
	}
	return r.versions(token)
}
