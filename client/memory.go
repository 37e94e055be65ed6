package client

import (
	"sync"
	"time"

	"maunium.net/go/mautrix/id"

	"github.com/mxinvite/mxinvite/client/internal/syncreply"
)

// A Memory limits the memory for what servers send. Its methods may be called
// concurrently.
type Memory interface {
	// Take counts bytes as used, or returns why they may not be.
	Take(bytes int64) error
	// Give counts bytes as no longer used.
	Give(bytes int64)
	// Keep counts the memory for the rooms of the account. It replaces the number of
	// the call before, also that of an account that was used earlier.
	Keep(bytes int64) error
}

// unlimited is a Memory without a limit.
type unlimited struct{}

func (unlimited) Take(int64) error { return nil }
func (unlimited) Give(int64)       {}
func (unlimited) Keep(int64) error { return nil }

// An allowance is the memory of one operation, which is given back as a whole.
type allowance struct {
	limit Memory

	mu    sync.Mutex
	taken int64
}

// take takes memory.
func (a *allowance) take(bytes int64) error {
	if err := a.limit.Take(bytes); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken += bytes
	return nil
}

// giveBack gives back what was taken.
func (a *allowance) giveBack() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limit.Give(a.taken)
	a.taken = 0
}

// apply updates the rooms with a sync. If that needs more memory than is allowed,
// some rooms are updated, and the sync can be requested again.
func (a *Account) apply(since string, reply syncreply.Reply, now time.Time) (changed, left []id.RoomID, err error) {
	during := allowance{limit: a.opt.Memory}
	defer during.giveBack()
	changed, left, err = a.rooms.Apply(since, reply, now, during.take)
	if err != nil {
		return nil, nil, err
	}
	during.giveBack() // the rooms have what was taken for them
	return changed, left, a.opt.Memory.Keep(a.rooms.Size())
}
