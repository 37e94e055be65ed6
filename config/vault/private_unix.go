//go:build unix

package vault

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepPrivate refuses a file that others may have written, and takes from them
// the right to read it. It reports whether they had it.
func keepPrivate(f *os.File) (mended bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) {
		return false, fmt.Errorf("%s belongs to somebody else: %w", f.Name(), fs.ErrPermission)
	}
	mode := info.Mode().Perm()
	switch {
	case mode&0o022 != 0:
		return false, fmt.Errorf("others may write %s, so it cannot be trusted; if it is as it should be, chmod it to 0600: %w", f.Name(), fs.ErrPermission)
	case mode&0o077 == 0:
		return false, nil
	}
	return true, f.Chmod(0o600)
}
