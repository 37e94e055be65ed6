package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

// maxAttempts is how often an operation starts again because another program
// changed the lock.
const maxAttempts = 3

// errChanged means that the vault has changed since it was read.
var errChanged = errors.New("another program changed the vault at the same time")

// Save stores the secret of an account. When it returns, the secret is on the
// disk. The secrets of other accounts do not change. A damaged vault is renamed
// and a new one created.
func (v *Vault) Save(ctx context.Context, name Name, secret []byte) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	err := name.check()
	if err == nil {
		err = v.update(ctx, true, func(held contents) { held.sessions[name] = bytes.Clone(secret) })
	}
	if err != nil {
		return fmt.Errorf("save the session of %s: %w", name.UserID, err)
	}
	return nil
}

// Drop removes the secret of an account. It is not an error if there is none. A
// vault without accounts keeps its passphrase.
func (v *Vault) Drop(ctx context.Context, name Name) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	if err := v.drop(ctx, name); err != nil {
		return fmt.Errorf("remove the session of %s: %w", name.UserID, err)
	}
	return nil
}

func (v *Vault) drop(ctx context.Context, name Name) error {
	switch f, err := v.readVault(); {
	case err == nil && slices.Contains(f.Accounts, name):
		return v.update(ctx, false, func(held contents) { delete(held.sessions, name) })
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	switch former, _, err := v.legacyFile(); {
	case errors.Is(err, fs.ErrNotExist), err == nil && former != name:
		return nil
	case err != nil:
		return err
	}
	return v.removeLegacy()
}

// update reads the vault, edits its contents and writes it back. If create is true and
// there is no vault, or a damaged one, it creates a new vault.
func (v *Vault) update(ctx context.Context, create bool, edit func(contents)) error {
	defer func() { // spare is zero if it was written to the file
		v.discard(ctx, v.spare.lock)
		v.spare = keyed{}
	}()
	for range maxAttempts {
		if err := v.prepare(ctx, create); err != nil {
			return err
		}
		err := v.withFileLock(ctx, func() error { return v.rewrite(keyed{}, edit) })
		if !errors.Is(err, errChanged) {
			return err
		}
	}
	return ErrBusy
}

// prepare does the work that may ask the user or take long, before the file
// lock is held: it gets the key of the vault or makes the lock of a new one.
func (v *Vault) prepare(ctx context.Context, create bool) error {
	f, err := v.readVault()
	if err == nil {
		_, err = v.openWanted(ctx, f)
	}
	if !create || !isAbsentOrDamaged(err) {
		return err
	}
	if v.spare != (keyed{}) {
		return nil
	}
	v.spare, err = v.begin(ctx)
	return err
}

// rewrite runs with the file lock held and never asks the user. It encrypts
// with the lock to, or with the existing lock if to is zero.
func (v *Vault) rewrite(to keyed, edit func(contents)) error {
	held, err := v.current()
	damaged := isDamaged(err)
	switch {
	case err == nil && to == (keyed{}):
		to = v.renewed()
	case err == nil:
	case !isAbsentOrDamaged(err):
		return err
	case to != (keyed{}), v.spare == (keyed{}):
		return fmt.Errorf("%w: %w", errChanged, err) // prepare saw a vault that is now absent or damaged
	default:
		to, held = v.spare, noContents()
	}
	after, err := v.importLegacy(held)
	if err != nil {
		return err
	}
	edit(held)
	data, err := format(to, held)
	if err != nil {
		return err
	}
	if damaged {
		if err := v.setDamagedAside(); err != nil {
			return err
		}
	}
	_ = atomicfile.Sweep(v.Path()) // files that cannot be removed are encrypted, too
	if err := atomicfile.Write(v.Path(), data); err != nil {
		return err
	}
	v.known = to
	if to == v.spare {
		v.spare = keyed{}
	}
	return after()
}

// current returns the contents of the vault. The key has to be known already.
func (v *Vault) current() (contents, error) {
	f, err := v.readVault()
	if err != nil {
		return contents{}, err
	}
	if f.Lock != v.known.lock {
		return contents{}, errChanged
	}
	return v.reopen(f)
}

// renewed returns the lock to write with: the known one, or a new one if its
// passphrase hash is outdated.
func (v *Vault) renewed() keyed {
	if v.known.lock.Kind == KindSealed && v.costs.outdated(v.known.lock.Argon2id) {
		return v.sealWith(v.known.passphrase)
	}
	return v.known
}

func (v *Vault) setDamagedAside() error {
	aside, err := atomicfile.SetAside(v.Path(), "damaged")
	if err != nil {
		return fmt.Errorf("set aside %s: %w", v.Path(), err)
	}
	v.opt.Say(fmt.Sprintf("%s was damaged and has been renamed to %s.", v.Path(), aside))
	return nil
}
