package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gofrs/flock"
)

// Hold takes the lock of an account, so that only this program sends its
// invites. The lock is released when release is called or the program ends for
// any reason. If another program has the lock, held is false.
//
// The lock is a lock of the operating system on a file beside the store: it does
// not depend on the clock and does not remain after a crash.
func (s *Store) Hold(_ context.Context, account Account) (release func(), held bool, err error) {
	if s.path == "" {
		return s.holdAlone(account)
	}
	sum := sha256.Sum256([]byte(account.Homeserver + "\n" + string(account.UserID)))
	lock := flock.New(s.path+".sending-"+hex.EncodeToString(sum[:6]), flock.SetPermissions(0o600))
	held, err = lock.TryLock()
	if err != nil || !held {
		_ = lock.Close() // there is no lock to release
		return nil, false, explain("lock the outbox of", s.path, err)
	}
	return func() { _ = lock.Close() }, true, nil
}

// Shared reports whether other programs can open the store.
func (s *Store) Shared() bool { return s.path != "" }

// holdAlone is Hold for a store in memory, which other programs cannot open.
func (s *Store) holdAlone(account Account) (release func(), held bool, err error) {
	if _, exists := s.holders.LoadOrStore(account, true); exists {
		return nil, false, nil
	}
	return func() { s.holders.Delete(account) }, true, nil
}
