package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/store"
)

// Restore reads the rooms, the invites and the address book from the store. It sends no
// request. It does nothing if there is no store or the store is empty.
func (a *Account) Restore(ctx context.Context) error {
	if a.opt.Store == nil {
		return nil
	}
	if a.opt.UnstoredRooms {
		return a.restoreBook(ctx)
	}
	computed, err := a.rooms.Restore(storedRooms{a})
	if err != nil {
		return err
	}
	a.stored.token, a.stored.asOf = a.rooms.Since(), a.rooms.AsOf()
	if len(computed) > 0 { // by an older program, or a digest was damaged
		a.storeUnsynced(ctx, computed)
	}
	if err := a.opt.Memory.Keep(a.rooms.Size()); err != nil {
		return err
	}
	return a.restoreBook(ctx)
}

// storedRooms are the rooms of the account in its store.
type storedRooms struct{ a *Account }

func (s storedRooms) Load(begin func(), f func(store.Room)) (store.Snapshot, error) {
	return s.a.opt.Store.LoadEach(context.Background(), s.a.storeKey(), begin, f)
}

// Events is not cancelled: it takes less than a millisecond, and an event that is not
// read makes the next sync a first sync.
func (s storedRooms) Events(room id.RoomID) (store.Room, error) {
	found, err := s.a.opt.Store.Events(context.Background(), s.a.storeKey(), room)
	if err != nil {
		s.a.storeErr.Store(&err)
	}
	return found, err
}

func (a *Account) storeKey() store.Account {
	return store.Account{UserID: a.session.UserID, Homeserver: a.session.Homeserver}
}

// positionPause is how long the store may keep an old position if no room has changed.
// Without it, a program that is idle would write to the disk at the end of each long poll.
const positionPause = 5 * time.Minute

// storedPosition is the position of the syncs of which the store has all changes.
type storedPosition struct {
	mu        sync.Mutex // held while rooms are stored
	token     string     // next_batch; empty if nothing is stored
	asOf      time.Time
	overtaken bool // another program writes to the store
	missed    bool // the last change could not be stored
}

// storeSync stores the changes of a sync. It must be called before the next sync.
func (a *Account) storeSync(ctx context.Context, first bool, changed, left []id.RoomID) {
	a.stored.mu.Lock()
	defer a.stored.mu.Unlock()
	if !a.storesRooms() {
		return
	}
	if !first && !a.stored.missed && len(changed)+len(left) == 0 {
		if age := a.rooms.AsOf().Sub(a.stored.asOf); age >= 0 && age < positionPause {
			return
		}
	}
	since := a.stored.token
	if first {
		since = ""
	}
	a.storeRooms(ctx, a.rooms.Batch(since, changed, left))
}

// storeUnsynced stores rooms that have changed without a sync, such as by a trace. The
// position of the store stays the same, because the changes of a later sync may not be
// stored yet.
func (a *Account) storeUnsynced(ctx context.Context, rooms []id.RoomID) {
	a.stored.mu.Lock()
	defer a.stored.mu.Unlock()
	if !a.storesRooms() || a.stored.token == "" {
		return // or the first sync stores all rooms
	}
	b := a.rooms.Batch(a.stored.token, rooms, nil)
	b.NextBatch, b.At = a.stored.token, a.stored.asOf
	a.storeRooms(ctx, b)
}

// storesRooms reports whether the account has a store for its rooms that no other program
// writes to.
func (a *Account) storesRooms() bool {
	return a.opt.Store != nil && !a.opt.UnstoredRooms && !a.stored.overtaken
}

// storeRooms stores a batch. If that fails, the changes are used in memory, and requested
// again at the next start.
func (a *Account) storeRooms(ctx context.Context, b store.Batch) {
	if a.stored.missed {
		b = a.rooms.Batch("", a.rooms.IDs(), nil) // the store lacks an earlier change
	}
	if b.NextBatch == "" {
		return // stored events could not be read, and a first sync follows
	}
	err := a.opt.Store.Save(context.WithoutCancel(ctx), a.storeKey(), b)
	a.stored.missed = err != nil
	switch {
	case errors.Is(err, store.ErrConflict):
		// Another program that syncs the same account has stored a newer sync. From now
		// on only that program stores the rooms.
		a.stored.overtaken = true
	case err != nil:
		a.storeErr.Store(&err)
	default:
		a.stored.token, a.stored.asOf = b.NextBatch, b.At
	}
}

// StoreError returns why the last change or the renewed session could not be stored.
// The next call returns nil.
func (a *Account) StoreError() error {
	if err := a.storeErr.Swap(nil); err != nil {
		return *err
	}
	return a.hs.NotSaved()
}
