package host

import (
	"context"
	"errors"
	"os"

	"github.com/mxinvite/mxinvite/client/store"
)

// OpenStore opens the local store, which stays open until the command ends. If
// it cannot be opened, a warning is written and the program works without it,
// because all its content can be fetched again. A damaged file is renamed,
// never overwritten.
func (p *Program) OpenStore(ctx context.Context) *store.Store {
	if p.Store != nil {
		return p.Store
	}
	home, err := p.Home()
	if err != nil {
		return nil
	}
	path := home.StorePath()
	if p.Silent {
		p.Store = openQuietly(ctx, path)
		return p.Store
	}
	s, err := store.Open(ctx, path)
	if damaged := new(store.DamagedError); errors.As(err, &damaged) {
		aside, moveErr := store.SetAside(path)
		if moveErr != nil {
			p.Note("The store cannot be read: %v", err)
			return nil
		}
		p.Note("The store cannot be read. It was renamed to %s, and a new one is created.", aside)
		s, err = store.Open(ctx, path)
	}
	if err != nil {
		p.Note("Nothing is stored in this run: %v", err)
		return nil
	}
	p.Store = s
	return s
}

// openQuietly opens an existing store, and writes no messages.
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

// Close closes the store and the log.
func (p *Program) Close() {
	if p.Store != nil {
		_ = p.Store.Close() // all writes were committed already
		p.Store = nil
	}
	_ = p.Log.Close() // an error cannot be logged anymore
}
