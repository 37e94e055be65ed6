package vault

import (
	"context"
	"errors"
	"io/fs"
)

// These are for programs that ask about the vault themselves, without an [Asker].

// Current is the kind of the vault that is there; if there is none, the error is
// [fs.ErrNotExist].
func (v *Vault) Current() (Kind, error) {
	f, err := v.look()
	if err != nil {
		return "", err
	}
	return f.Lock.Kind, nil
}

// Locked reports whether the next Load or Save needs the passphrase of the vault
// that is there.
func (v *Vault) Locked(ctx context.Context) (bool, error) {
	if err := v.take(ctx); err != nil {
		return false, err
	}
	defer v.release()
	f, err := v.look()
	switch {
	case startsAnew(err):
		return false, nil
	case err != nil:
		return false, err
	}
	return f.Lock.Kind == KindSealed && f.Lock != v.known.lock, nil
}

// UnlockWith opens the vault with its passphrase, which it then knows. The error
// of a wrong one is [ErrPassphrase].
func (v *Vault) UnlockWith(ctx context.Context, passphrase string) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	f, err := v.look()
	switch {
	case err != nil:
		return err
	case f.Lock.Kind != KindSealed:
		return ErrNotSealed
	}
	_, err = v.try(f, passphrase)
	return err
}

// ProbeKeyring asks the keyring for an entry that it does not hold. If it does not
// answer that there is none, the error is [ErrNoKeyring].
func (v *Vault) ProbeKeyring(ctx context.Context) error { return v.probeKeyring(ctx) }

// Prepare makes the next Save create a vault of a kind, whatever [Options] says. The
// passphrase is for [KindSealed]. There must be no vault yet, or a
// damaged one.
func (v *Vault) Prepare(ctx context.Context, kind Kind, passphrase string) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	if _, err := v.look(); !startsAnew(err) {
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
