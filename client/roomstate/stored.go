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
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// A Source reads the stored rooms of the account.
type Source interface {
	// Load calls begin, and f with each room, without its events. If Load calls begin
	// again, the rooms before that are not valid.
	Load(begin func(), f func(store.Room)) (store.Snapshot, error)
	// Events returns a room with its events.
	Events(id.RoomID) (store.Room, error)
}

// Restore adds the stored rooms. Their events are read when they are needed, unless a
// room has no valid digest. Restore returns the rooms that had none.
func (s *Rooms) Restore(from Source) (computed []id.RoomID, err error) {
	var d decoder
	snapshot, err := d.load(from)
	if err != nil {
		return nil, err
	}
	for _, id := range d.invalid {
		room, err := from.Events(id)
		if err != nil {
			return nil, err
		}
		d.rooms[id] = restoreRoom(s.me, room)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.asOf, s.source = snapshot.NextBatch, snapshot.SavedAt, from
	maps.Copy(s.rooms, d.rooms)
	return d.invalid, nil
}

// A decoder reads the digests of stored rooms while the next ones are being loaded.
type decoder struct {
	rooms   map[id.RoomID]*events
	invalid []id.RoomID // rooms without a valid digest
}

// decodeBatch is the number of rooms that are passed to the decoder at once.
const decodeBatch = 32

func (d *decoder) load(from Source) (snapshot store.Snapshot, err error) {
	loaded := make(chan []store.Room, 4)
	var g panicgroup.Group
	g.Go(func() error {
		defer func() { // also after a panic, because the loop below must end
			for range loaded {
			}
		}()
		for rooms := range loaded {
			if rooms == nil {
				d.rooms, d.invalid = map[id.RoomID]*events{}, nil
			}
			for _, room := range rooms {
				d.decode(room)
			}
		}
		return nil
	})
	var next []store.Room
	begin := func() {
		next = nil
		loaded <- nil
	}
	snapshot, err = from.Load(begin, func(room store.Room) {
		if next = append(next, room); len(next) == decodeBatch {
			loaded <- next
			next = nil
		}
	})
	if next != nil {
		loaded <- next
	}
	close(loaded)
	return snapshot, errors.Join(err, g.Wait())
}

func (d *decoder) decode(room store.Room) {
	r, err := readDigest(room)
	if err != nil {
		d.invalid = append(d.invalid, room.ID)
		return
	}
	d.rooms[room.ID] = r
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
	r.link()
}

// link sets Replaces of the events of invites, as set does when they arrive: Dendrite
// does not send replaces_state, and only what a server sent is stored. The current event
// of an invite replaced the newest of the events that no other is known to have
// replaced, and so on.
func (r *events) link() {
	earlier, replaced := map[string][]invite.Event{}, map[id.EventID]bool{}
	for _, ev := range r.history {
		replaced[ev.Replaces] = true
		if ev.Type == invite.TypeThirdPartyInvite {
			earlier[ev.StateKey] = append(earlier[ev.StateKey], ev)
		}
	}
	for token, events := range earlier {
		k := stateKey{invite.TypeThirdPartyInvite, token}
		ev, ok := r.current[k]
		if !ok || ev.Replaces != "" {
			continue
		}
		slices.SortFunc(events, compareVersions)
		for _, prev := range events {
			if replaced[prev.ID] || prev.ID == ev.ID {
				continue
			}
			ev.Replaces = prev.ID
			if r.current[k].ID == ev.ID {
				r.current[k] = ev
			} else {
				r.history[ev.ID] = ev
			}
			if ev = prev; ev.Replaces != "" {
				break
			}
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
