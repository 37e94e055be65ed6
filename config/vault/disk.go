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
	// patience is how long another program may keep the vault for itself.
	patience = 5 * time.Second
	// knock is how often one looks whether it let go.
	knock = 10 * time.Millisecond
)

// look reads the vault's file as it is now.
func (v *Vault) look() (*file, error) {
	data, err := v.readPrivate(v.Path())
	if err != nil {
		return nil, err
	}
	f, err := parse(data, v.costs)
	if n, ok := errors.AsType[newer](err); ok {
		return nil, &NewerError{Path: v.Path(), Version: int(n), Known: version}
	}
	if err != nil {
		return nil, &DamagedError{Path: v.Path(), Err: err}
	}
	return f, nil
}

// readPrivate reads a file that nobody else can have written. If others may read
// it, they may no longer afterwards.
func (v *Vault) readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // opening it could take for ever
		return nil, fmt.Errorf("%s is not a file: %w", path, fs.ErrPermission)
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
		v.opt.Say(fmt.Sprintf("Others on this machine could read %s. They no longer can.", path))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = &DamagedError{Path: path, Err: errors.New("it is too long")}
	}
	return data, err
}

// exclusively does something while no other program writes the vault.
func (v *Vault) exclusively(parent context.Context, do func() error) error {
	if err := os.MkdirAll(v.opt.Dir, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(parent, v.patience)
	defer cancel()
	l := flock.New(v.Path()+".lock", flock.SetPermissions(0o600))
	defer l.Close()
	_, err := l.TryLockContext(ctx, knock)
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
