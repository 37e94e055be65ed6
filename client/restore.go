package client

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/store"
)

// Restore reads what was stored when the program last ran. It sends no request.
// Without a store, or with an empty one, nothing changes.
func (a *Account) Restore(ctx context.Context) error {
	if a.opt.Store == nil {
		return nil
	}
	err := a.rooms.Restore(func(add func(store.Room)) (store.Snapshot, error) {
		return a.opt.Store.Stream(ctx, a.storeKey(), add)
	})
	if err != nil {
		return err
	}
	return a.restoreBook(ctx)
}

func (a *Account) storeKey() store.Account {
	return store.Account{UserID: a.session.UserID, Homeserver: a.session.Homeserver}
}

// keep stores what a sync or a trace has changed. If that fails, the change is used
// all the same, and requested again at the next start.
func (a *Account) keep(ctx context.Context, since string, changed, left []id.RoomID) {
	if a.opt.Store == nil || a.overtaken.Load() {
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
		// Another program that syncs the same account has stored a newer sync. From
		// now on only that program writes to the store.
		a.overtaken.Store(true)
	case err != nil:
		a.keepErr.Store(&err)
	}
}

// NotKept returns why the last change or the renewed session could not be stored,
// and nil the next time.
func (a *Account) NotKept() error {
	if err := a.keepErr.Swap(nil); err != nil {
		return *err
	}
	return a.hs.NotSaved()
}
