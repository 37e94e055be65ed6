package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gofrs/flock"
)

// A Task is work for an account that only one program does at a time.
type Task string

// The tasks.
const (
	SendInvites    Task = "sending"  // in the outbox
	RevokeAccepted Task = "revoking" // invites that were accepted
)

// Hold takes the lock of an account for a task, so that only this program does it. The
// lock is released when release is called or the program ends for any reason. If
// another program has the lock, held is false.
//
// The lock is a lock of the operating system on a file beside the store: it does
// not depend on the clock and does not remain after a crash.
func (s *Store) Hold(_ context.Context, account Account, task Task) (release func(), held bool, err error) {
	if s.path == "" {
		return s.holdAlone(account, task)
	}
	sum := sha256.Sum256([]byte(account.Homeserver + "\n" + string(account.UserID)))
	lock := flock.New(s.path+"."+string(task)+"-"+hex.EncodeToString(sum[:6]), flock.SetPermissions(0o600))
	held, err = lock.TryLock()
	if err != nil || !held {
		_ = lock.Close() // there is no lock to release
		return nil, false, explain("lock the outbox of", s.path, err)
	}
	return func() { _ = lock.Close() }, true, nil
}

// Shared reports whether other programs can open the store.
func (s *Store) Shared() bool { return s.path != "" }

// A holder is the task of an account, for a store in memory.
type holder struct {
	account Account
	task    Task
}

// holdAlone is Hold for a store in memory, which other programs cannot open.
func (s *Store) holdAlone(account Account, task Task) (release func(), held bool, err error) {
	of := holder{account, task}
	if _, exists := s.holders.LoadOrStore(of, true); exists {
		return nil, false, nil
	}
	return func() { s.holders.Delete(of) }, true, nil
}
