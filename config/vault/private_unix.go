//go:build unix

package vault

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepPrivate returns an error if other users may have written the file. If
// others may read it, it removes their permission and returns true.
func keepPrivate(f *os.File) (mended bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) {
		return false, fmt.Errorf("%s belongs to another user: %w", f.Name(), fs.ErrPermission)
	}
	mode := info.Mode().Perm()
	switch {
	case mode&0o022 != 0:
		return false, fmt.Errorf("other users may write to %s, so it cannot be trusted; if its contents are right, change its mode to 0600: %w", f.Name(), fs.ErrPermission)
	case mode&0o077 == 0:
		return false, nil
	}
	return true, f.Chmod(0o600)
}
