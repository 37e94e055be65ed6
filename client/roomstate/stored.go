package roomstate

import (
	"encoding/json"
	"maps"
	"runtime"
	"slices"
	"sync"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Restore adds the stored rooms. It calls read, which calls add with each room; add may
// be called concurrently.
func (s *Rooms) Restore(read func(add func(store.Room)) (store.Snapshot, error)) error {
	rooms := map[id.RoomID]*events{}
	var mu sync.Mutex
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	snapshot, err := read(func(room store.Room) {
		g.Go(func() error {
			r := restoreRoom(s.me, room)
			mu.Lock()
			defer mu.Unlock()
			rooms[room.ID] = r
			return nil
		})
	})
	_ = g.Wait() // its functions return no errors
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.asOf = snapshot.NextBatch, snapshot.SavedAt
	maps.Copy(s.rooms, rooms)
	return nil
}

// restoreRoom reads a stored room. Events that cannot be read are left out.
func restoreRoom(me id.UserID, room store.Room) *events {
	r := newEvents()
	r.heroes, r.traced = room.Heroes, room.Traced
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
	r.fold(me, room.ID)
	return r
}

// IDs lists the rooms, in no order.
func (s *Rooms) IDs() []id.RoomID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Keys(s.rooms))
}

// Batch returns the changes to store after a sync or a trace that continued from since:
// the rooms that have changed and those that the user has left.
func (s *Rooms) Batch(since string, changed, left []id.RoomID) store.Batch {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := store.Batch{Since: since, NextBatch: s.since, At: s.asOf, Left: left}
	for _, room := range changed {
		r, ok := s.rooms[room]
		if !ok {
			continue
		}
		stored := store.Room{
			ID: room, Heroes: r.heroes, Traced: r.traced,
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
