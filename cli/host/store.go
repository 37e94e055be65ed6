package host

import (
	"context"
	"errors"
	"os"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/ui/phrase"
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
	p.noteLoss()
	return s
}

// setStoreAside renames a damaged store, writes a message, and reports whether it
// was renamed.
func (p *Program) setStoreAside(damaged *store.DamagedError) bool {
	aside, err := store.SetAside(damaged)
	switch {
	case err != nil:
		p.Note("The store cannot be read, and was not renamed: %v", err)
		p.storeProblem = err
		return false
	case aside == "":
		return true // another program has renamed it, and noteLoss says so
	}
	p.lossTold = true
	const lost = "The outbox and the remembered addresses in it are lost."
	if p.Guest != nil { // visitors have no access to files
		p.Note("The store cannot be read, and a new one is created. " + lost)
		return true
	}
	p.Note("The store cannot be read. It was renamed to %s, and a new one is created. "+lost, aside)
	return true
}

// noteLoss says that an outbox was lost, in each run until the user has confirmed it.
func (p *Program) noteLoss() {
	lost := p.lostStore()
	if lost == nil {
		return
	}
	p.storeProblem = lost
	if !p.lossTold {
		p.lossTold = true
		p.Note("%s", p.lostNotice())
	}
}

// lostNotice is the message about a lost store; empty if there is none.
func (p *Program) lostNotice() string {
	lost := p.lostStore()
	if lost == nil {
		return ""
	}
	return phrase.Capital(lost.Error()) + ". To confirm, run: mxinvite outbox clear --lost"
}

// lostStore returns nil if no store was set aside since the last confirmation.
func (p *Program) lostStore() *LostStoreError {
	home, err := p.Home()
	if err != nil {
		return nil //nolint:nilerr // without a directory nothing was set aside
	}
	lost := store.Lost(home.StorePath())
	if len(lost) == 0 {
		return nil
	}
	if p.Guest != nil {
		return &LostStoreError{}
	}
	return &LostStoreError{aside: lost[len(lost)-1]}
}

// ConfirmLostStore ends the messages about lost stores.
func (p *Program) ConfirmLostStore() error {
	home, err := p.Home()
	if err != nil {
		return err
	}
	p.storeProblem = nil
	return store.ConfirmLost(home.StorePath())
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

// A LostStoreError says that a store was damaged and renamed, with the outbox and the
// addresses of earlier invites, and that the user has not confirmed it.
type LostStoreError struct{ aside string } // its new path; empty for visitors

// Hint says how to use the new store.
func (e *LostStoreError) Hint(func(client.Advice) string) string {
	return "Invites of the lost outbox are not sent. To confirm and use the new one, run: mxinvite outbox clear --lost"
}

func (e *LostStoreError) Error() string {
	const lost = "the outbox and the remembered addresses are lost: the store was damaged"
	if e.aside == "" {
		return lost
	}
	return lost + " and renamed to " + e.aside
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
