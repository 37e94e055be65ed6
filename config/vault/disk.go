package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

const (
	// lockTimeout is how long to wait for another program that holds the file
	// lock.
	lockTimeout = 5 * time.Second
	// lockPollInterval is the time between two attempts to get the file lock.
	lockPollInterval = 10 * time.Millisecond
)

// readVault reads the vault's file without opening the vault.
func (v *Vault) readVault() (*file, error) {
	data, err := v.readPrivate(v.Path())
	if err != nil {
		return nil, err
	}
	f, err := parse(data, v.costs)
	if n, ok := errors.AsType[newer](err); ok {
		return nil, &NewerError{Path: v.Path(), Version: int(n), Known: versionWithSecrets}
	}
	if err != nil {
		return nil, &DamagedError{Path: v.Path(), Err: err}
	}
	return f, nil
}

// readPrivate reads a file that no other user can have written. If others could
// read the file, it removes their permission.
func (v *Vault) readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening a named pipe may never return
		return nil, fmt.Errorf("%s is not a regular file: %w", path, fs.ErrPermission)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch mended, err := keepPrivate(f); {
	case err != nil:
		return nil, err
	case mended:
		v.opt.Say(fmt.Sprintf("Other users of this machine could read %s. Their permission has been removed.", path))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &DamagedError{Path: path, Err: errors.New("it is too large")}
	}
	return data, err
}

// withFileLock calls do while no other program can write the vault.
func (v *Vault) withFileLock(parent context.Context, do func() error) error {
	if err := os.MkdirAll(v.opt.Dir, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(parent, v.lockTimeout)
	defer cancel()
	l := flock.New(v.Path()+".lock", flock.SetPermissions(0o600))
	defer l.Close()
	_, err := l.TryLockContext(ctx, lockPollInterval)
	switch {
	case err == nil:
		return do()
	case parent.Err() != nil:
		return parent.Err()
	case ctx.Err() != nil:
		return ErrBusy
	}
	return err
}
