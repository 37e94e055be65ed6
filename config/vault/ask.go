package vault

import (
	"context"
	"errors"
	"io/fs"
)

// The following methods are for programs that ask for the passphrase
// themselves, without an [Asker].

// Current returns the kind of the existing vault. Without a vault, the error is
// [fs.ErrNotExist].
func (v *Vault) Current() (Kind, error) {
	f, err := v.readVault()
	if err != nil {
		return "", err
	}
	return f.Lock.Kind, nil
}

// Locked reports whether the next Load or Save needs the passphrase of the
// existing vault.
func (v *Vault) Locked(ctx context.Context) (bool, error) {
	if err := v.acquire(ctx); err != nil {
		return false, err
	}
	defer v.release()
	f, err := v.readVault()
	switch {
	case isAbsentOrDamaged(err):
		return false, nil
	case err != nil:
		return false, err
	}
	return f.Lock.Kind == KindSealed && f.Lock != v.known.lock, nil
}

// UnlockWith opens the vault with a passphrase and remembers it. If the
// passphrase is wrong, the error is [ErrPassphrase].
func (v *Vault) UnlockWith(ctx context.Context, passphrase string) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	f, err := v.readVault()
	switch {
	case err != nil:
		return err
	case f.Lock.Kind != KindSealed:
		return ErrNotSealed
	}
	_, err = v.try(f, passphrase)
	return err
}

// ProbeKeyring checks the keyring by reading an entry that does not exist. If
// the keyring does not respond as expected, the error is [ErrNoKeyring].
func (v *Vault) ProbeKeyring(ctx context.Context) error { return v.probeKeyring(ctx) }

// Prepare makes the next Save create a vault of the given kind, regardless of
// [Options]. The passphrase is used for [KindSealed] only. If there is a vault
// already and it is not damaged, the error is [fs.ErrExist].
func (v *Vault) Prepare(ctx context.Context, kind Kind, passphrase string) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	if _, err := v.readVault(); !isAbsentOrDamaged(err) {
		return errors.Join(err, fs.ErrExist)
	}
	v.discard(ctx, v.spare.lock)
	v.spare = keyed{}
	if kind == KindSealed {
		if passphrase == "" {
			return errEmpty
		}
		v.spare = v.sealWith(passphrase)
		return nil
	}
	made, err := v.make(ctx, kind)
	v.spare = made
	return err
}
