package store

import (
	"context"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// An open store has a shared lock on a file beside it, and [SetAside] an exclusive
// one: the changes of a program whose file is renamed would be lost. Both are locks of
// the operating system, which do not remain after a crash.

func lockOf(path string) *flock.Flock {
	return flock.New(path+".lock", flock.SetPermissions(0o600))
}

// share takes the shared lock. It returns nil if the file system has no locks.
func share(ctx context.Context, path string) (*flock.Flock, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	lock := lockOf(path)
	held, err := lock.TryRLockContext(ctx, pause)
	switch {
	case held:
		return lock, nil
	case ctx.Err() != nil:
		return nil, ErrBusy
	}
	_ = lock.Close() // it is not held
	if err != nil {
		return nil, nil //nolint:nilnil // such as a read-only directory
	}
	return nil, ErrBusy
}

// present returns [ErrReplaced] if the file that was opened is no longer at the path.
func (s *Store) present() error {
	if s.path == "" {
		return nil
	}
	if file, err := os.Stat(s.path); err != nil || !os.SameFile(file, s.file) {
		return ErrReplaced
	}
	return nil
}
