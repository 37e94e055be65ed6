package client

import (
	"context"
	"errors"

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
	if len(computed) > 0 { // by an older program, or a digest was damaged
		a.storeRooms(ctx, a.rooms.Since(), computed, nil)
	}
	if err := a.opt.Memory.Keep(a.rooms.Size()); err != nil {
		return err
	}
	return a.restoreBook(ctx)
}

// storedRooms are the rooms of the account in its store.
type storedRooms struct{ a *Account }

func (s storedRooms) Load() (store.Snapshot, error) {
	return s.a.opt.Store.Load(context.Background(), s.a.storeKey())
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

// storeRooms stores the changes of a sync or a trace. If that fails, the changes are
// used in memory, and requested again at the next start.
func (a *Account) storeRooms(ctx context.Context, since string, changed, left []id.RoomID) {
	if a.opt.Store == nil || a.opt.UnstoredRooms || a.overtaken.Load() {
		return
	}
	b := a.rooms.Batch(since, changed, left)
	if a.missed.Load() {
		b = a.rooms.Batch("", a.rooms.IDs(), nil) // the store lacks an earlier change
	}
	err := a.opt.Store.Save(context.WithoutCancel(ctx), a.storeKey(), b)
	a.missed.Store(err != nil)
	switch {
	case errors.Is(err, store.ErrConflict):
		// Another program that syncs the same account has stored a newer sync. From now
		// on only that program stores the rooms.
		a.overtaken.Store(true)
	case err != nil:
		a.storeErr.Store(&err)
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
