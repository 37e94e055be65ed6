package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gofrs/flock"
)

// Hold makes this program the one that sends for an account, until release is
// called or the program ends, however it ends. If another one is at it, held is
// false. The lock is the operating system's on a file beside the store: no clock
// can let it go too early, and no crash can leave it behind.
func (s *Store) Hold(_ context.Context, account Account) (release func(), held bool, err error) {
	if s.path == "" {
		return s.holdAlone(account)
	}
	sum := sha256.Sum256([]byte(account.Homeserver + "\n" + string(account.UserID)))
	lock := flock.New(s.path+".sending-"+hex.EncodeToString(sum[:6]), flock.SetPermissions(0o600))
	held, err = lock.TryLock()
	if err != nil || !held {
		_ = lock.Close() // there is nothing to let go of
		return nil, false, explain("lock the outbox of", s.path, err)
	}
	return func() { _ = lock.Close() }, true, nil
}

// Shared reports whether other programs may have the store open.
func (s *Store) Shared() bool { return s.path != "" }

// holdAlone holds in a store that no other program can see.
func (s *Store) holdAlone(account Account) (release func(), held bool, err error) {
	if _, taken := s.holders.LoadOrStore(account, true); taken {
		return nil, false, nil
	}
	return func() { s.holders.Delete(account) }, true, nil
}
