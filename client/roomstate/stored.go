package roomstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
)

// A Source reads the stored rooms of the account.
type Source interface {
	// Load returns the rooms without their events.
	Load() (store.Snapshot, error)
	// Events returns a room with its events.
	Events(id.RoomID) (store.Room, error)
}

// Restore adds the stored rooms. Their events are read when they are needed, unless a
// room has no valid digest. Restore returns the rooms that had none.
func (s *Rooms) Restore(from Source) (computed []id.RoomID, err error) {
	snapshot, err := from.Load()
	if err != nil {
		return nil, err
	}
	rooms := make(map[id.RoomID]*events, len(snapshot.Rooms))
	for _, room := range snapshot.Rooms {
		r, err := readDigest(room)
		if err != nil {
			if room, err = from.Events(room.ID); err != nil {
				return nil, err
			}
			r = restoreRoom(s.me, room)
			computed = append(computed, room.ID)
		}
		rooms[room.ID] = r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.asOf, s.source = snapshot.NextBatch, snapshot.SavedAt, from
	maps.Copy(s.rooms, rooms)
	return computed, nil
}

// restoreRoom reads a stored room. Events that cannot be read are left out.
func restoreRoom(me id.UserID, room store.Room) *events {
	r := newEvents()
	r.heroes, r.traced = room.Heroes, room.Traced
	r.read(room)
	r.fold(me, room.ID)
	return r
}

// read adds the stored events.
func (r *events) read(room store.Room) {
	for k, raw := range room.Current {
		if ev, err := invite.ReadEvent(raw); err == nil {
			r.current[stateKey{k.Type, k.StateKey}] = ev
		}
	}
	for _, raw := range room.History {
		if ev, err := invite.ReadEvent(raw); err == nil {
			r.history[ev.ID] = ev
		}
	}
}

// ErrEvents says that the stored events of a room cannot be read.
var ErrEvents = errors.New("the stored events of a room are not known")

// load reads the events of a room, unless they are in memory. The caller holds the lock.
// If they cannot be read, the next sync is a first sync, and its response has the events.
func (s *Rooms) load(room id.RoomID, r *events) error {
	if !r.stored {
		return nil
	}
	from, err := s.source.Events(room)
	if err != nil {
		s.since = ""
		return fmt.Errorf("%w: %w", ErrEvents, err)
	}
	r.stored = false
	r.read(from)
	r.measure()
	return nil
}

// loaded returns a room with its events in memory; nil if it is not known or if they
// cannot be read. The caller holds the lock.
func (s *Rooms) loaded(room id.RoomID) *events {
	r, ok := s.rooms[room]
	if !ok || s.load(room, r) != nil {
		return nil
	}
	return r
}

// IDs lists the rooms, in no order.
func (s *Rooms) IDs() []id.RoomID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Keys(s.rooms))
}

// Batch returns the changes to store since the position in the store: the rooms that have
// changed and those that the user has left.
func (s *Rooms) Batch(since string, changed, left []id.RoomID) store.Batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := store.Batch{Since: since, NextBatch: s.since, At: s.asOf, Left: left}
	for _, room := range changed {
		r := s.loaded(room)
		if r == nil {
			continue
		}
		stored := store.Room{
			ID: room, Heroes: r.heroes, Traced: r.traced, Digest: r.digest(),
			Current: make(map[store.Key]json.RawMessage, len(r.current)),
			History: make(map[id.EventID]json.RawMessage, len(r.history)),
		}
		for k, ev := range r.current {
			stored.Current[store.Key{Type: k.typ, StateKey: k.key}] = ev.Raw
		}
		for ev := range r.history {
			stored.History[ev] = r.history[ev].Raw
		}
		b.Changed = append(b.Changed, stored)
	}
	return b
}
