package host

import (
	"context"
	"errors"
	"os"

	"github.com/mxinvite/mxinvite/client/store"
)

// OpenStore opens the local store, which stays open until the command ends. If
// it cannot be opened, a warning is written and the program works without it:
// the rooms and invites can be fetched again, and the commands about the outbox
// fail. A damaged file is renamed, never overwritten.
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
		if !p.setStoreAside(damaged) {
			return nil
		}
		s, err = store.Open(ctx, path)
	}
	if err != nil {
		p.Note("Nothing is stored in this run: %v", err)
		p.storeProblem = err
		return nil
	}
	p.Store = s
	return s
}

// setStoreAside renames a damaged store, writes a message, and reports whether it
// was renamed.
func (p *Program) setStoreAside(damaged *store.DamagedError) bool {
	aside, err := store.SetAside(damaged.Path)
	if err != nil {
		p.Note("The store cannot be read: %v", damaged)
		p.storeProblem = damaged
		return false
	}
	p.Note("The store cannot be read. It was renamed to %s, and a new one is created. The outbox and the remembered addresses in it are lost.", aside)
	p.storeProblem = &LostStoreError{Aside: aside}
	return true
}

// replaceDamaged replaces the open store by a new one if err says that it is
// damaged.
func (p *Program) replaceDamaged(ctx context.Context, err error) (replaced bool) {
	damaged, is := errors.AsType[*store.DamagedError](err)
	if !is || p.Store == nil || damaged.Path == "" || p.Silent {
		return false
	}
	_ = p.Store.Close() // it cannot be read anyway
	p.Store = nil
	if !p.setStoreAside(damaged) {
		return false
	}
	p.OpenStore(ctx)
	return true
}

// A LostStoreError reports that the store was damaged and was renamed in this run.
// It contained the outbox, the addresses of earlier invites and the results of the
// last sync.
type LostStoreError struct{ Aside string } // new name of the damaged store

func (e *LostStoreError) Error() string {
	return "the outbox and the remembered addresses are lost: the store was damaged and renamed to " + e.Aside
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
