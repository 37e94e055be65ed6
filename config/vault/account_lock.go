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
// holds it until unlock is called or the program ends, however that happens. It
// is for what must not be done twice at once, such as renewing a session; Load,
// Save and Drop take no notice of it and may be called meanwhile.
func (v *Vault) LockAccount(ctx context.Context, name Name) (unlock func(), err error) {
	if err := os.MkdirAll(v.opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock the session of %s: %w", name.UserID, err)
	}
	l := flock.New(v.accountLockPath(name), flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, knock); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("lock the session of %s: %w", name.UserID, err)
	}
	return func() { _ = l.Close() }, nil
}

// accountLockPath is a file that stays: one that was removed while another
// program waits for it would be no lock any more.
func (v *Vault) accountLockPath(name Name) string {
	sum := sha256.Sum256([]byte(name.UserID + "\x00" + name.Homeserver))
	return filepath.Join(v.opt.Dir, "session-"+hex.EncodeToString(sum[:8])+".lock")
}
