package client

import (
	"context"
	"errors"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/store"
)

// Restore reads what was known when the program last ran, before any server is
// asked. Without a store, or with an empty one, nothing changes.
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

// keep stores what a sync or a trace has changed. It fails softly: what could
// not be kept is known all the same, and asked for again at the next start.
func (a *Account) keep(ctx context.Context, since string, changed, left []id.RoomID) {
	if a.opt.Store == nil || a.overtaken.Load() {
		return
	}
	b := a.rooms.Batch(since, changed, left)
	if a.missed.Load() {
		b = a.rooms.Batch("", a.rooms.IDs(), nil) // it is behind; everything, then
	}
	err := a.opt.Store.Save(context.WithoutCancel(ctx), a.storeKey(), b)
	a.missed.Store(err != nil)
	switch {
	case errors.Is(err, store.ErrConflict):
		// Another program follows the same account and is ahead. It keeps the
		// store, and what we know builds on something else by now.
		a.overtaken.Store(true)
	case err != nil:
		a.keepErr.Store(&err)
	}
}

// NotKept returns why what is new could not be stored, once.
func (a *Account) NotKept() error {
	if err := a.keepErr.Swap(nil); err != nil {
		return *err
	}
	return a.hs.NotSaved()
}
