package cli

import (
	"context"
	"errors"
	"os"

	"github.com/mxinvite/mxinvite/client/store"
)

// remembers opens what is kept from one start to the next. It stays open until
// the command ends. What cannot be opened is told and done without: everything
// in it can be asked for again. A damaged file is set aside, never overwritten.
func (a *app) remembers(ctx context.Context) *store.Store {
	if a.store != nil {
		return a.store
	}
	home, err := a.home()
	if err != nil {
		return nil
	}
	path := home.StorePath()
	if a.silent {
		a.store = openQuietly(ctx, path)
		return a.store
	}
	s, err := store.Open(ctx, path)
	if damaged := new(store.DamagedError); errors.As(err, &damaged) {
		aside, moveErr := store.SetAside(path)
		if moveErr != nil {
			a.Note("What was known when mxinvite last ran cannot be read: %v", err)
			return nil
		}
		a.Note("What was known when mxinvite last ran cannot be read. It lies at %s now.", aside)
		s, err = store.Open(ctx, path)
	}
	if err != nil {
		a.Note("Nothing will be remembered for the next start: %v", err)
		return nil
	}
	a.store = s
	return s
}

// openQuietly opens what there is, and otherwise leaves everything as it is.
func openQuietly(ctx context.Context, path string) *store.Store {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	s, err := store.Open(ctx, path)
	if err != nil {
		return nil
	}
	return s
}

// close lets go of what a command has opened.
func (a *app) close() {
	if a.store != nil {
		_ = a.store.Close() // what was saved is safe already
		a.store = nil
	}
	_ = a.log.Close() // what could not be written there is lost anyway
}
