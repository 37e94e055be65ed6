package client

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/invite"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
)

// Restore reads what was known when the program last ran, before any server is
// asked. Without a store, or with an empty one, nothing changes.
func (a *Account) Restore(ctx context.Context) error {
	if a.opt.Store == nil {
		return nil
	}
	rooms := map[id.RoomID]*roomState{}
	var mu sync.Mutex
	var g panicgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	snapshot, err := a.opt.Store.Stream(ctx, a.storeKey(), func(room store.Room) {
		g.Go(func() error {
			r := restoreRoom(a.state.me, room)
			mu.Lock()
			defer mu.Unlock()
			rooms[room.ID] = r
			return nil
		})
	})
	_ = g.Wait() // nothing that runs there fails
	if err != nil {
		return err
	}
	a.state.restore(snapshot, rooms)
	return a.restoreBook(ctx)
}

// AsOf is when the homeserver last told anything; zero if it never did.
func (a *Account) AsOf() time.Time {
	a.state.mu.RLock()
	defer a.state.mu.RUnlock()
	return a.state.asOf
}

func (a *Account) storeKey() store.Account {
	return store.Account{UserID: a.session.UserID, Homeserver: a.session.Homeserver}
}

// restore takes over what was stored.
func (s *state) restore(snapshot store.Snapshot, rooms map[id.RoomID]*roomState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.asOf = snapshot.NextBatch, snapshot.SavedAt
	maps.Copy(s.rooms, rooms)
}

// restoreRoom reads a stored room. An event that an older program stored and this
// one cannot read is left out, like any other that makes no sense.
func restoreRoom(me id.UserID, room store.Room) *roomState {
	r := newRoomState()
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

// keep stores what a sync or a trace has changed. It fails softly: what could
// not be kept is known all the same, and asked for again at the next start.
func (a *Account) keep(ctx context.Context, since string, changed, left []id.RoomID) {
	if a.opt.Store == nil || a.overtaken.Load() {
		return
	}
	b := a.state.batch(since, changed, left)
	if a.missed.Load() {
		b = a.state.batch("", a.state.known(), nil) // it is behind; everything, then
	}
	err := a.opt.Store.Save(context.WithoutCancel(ctx), a.storeKey(), b)
	a.missed.Store(err != nil)
	switch {
	case errors.Is(err, store.ErrOvertaken):
		// Another program follows the same account and is ahead. It keeps the
		// store, and what we know builds on something else by now.
		a.overtaken.Store(true)
	case err != nil:
		a.keepErr.Store(&err)
	}
}

// known are all rooms that anything is known of.
func (s *state) known() []id.RoomID {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Keys(s.rooms))
}

// NotKept returns why what is new could not be stored, once.
func (a *Account) NotKept() error {
	if err := a.keepErr.Swap(nil); err != nil {
		return *err
	}
	return a.hs.NotSaved()
}

// batch is what is known now of rooms that changed.
func (s *state) batch(since string, changed, left []id.RoomID) store.Batch {
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
