package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// LockAccount waits until no other program holds the lock of an account, and
// holds it until unlock is called or the program ends. It is for work that only
// one program may do at a time, such as renewing a session. Load, Save and Drop
// do not use this lock.
func (v *Vault) LockAccount(ctx context.Context, name Name) (unlock func(), err error) {
	if err := os.MkdirAll(v.opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock the session of %s: %w", name.UserID, err)
	}
	l := flock.New(v.accountLockPath(name), flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, lockPollInterval); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("lock the session of %s: %w", name.UserID, err)
	}
	return func() { _ = l.Close() }, nil
}

// accountLockPath returns the path of a lock file. The file is never removed: a
// program that waits for a removed file would not see a new lock.
func (v *Vault) accountLockPath(name Name) string {
	sum := sha256.Sum256([]byte(name.UserID + "\x00" + name.Homeserver))
	return filepath.Join(v.opt.Dir, "session-"+hex.EncodeToString(sum[:8])+".lock")
}
