package vault

import (
	"context"
	"errors"
	"fmt"
)

// ChangeKind converts the vault to another kind, or gives it a new key of the
// same kind. Copies of the old file can still be opened with the old key.
func (v *Vault) ChangeKind(ctx context.Context, to Kind) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	if err := v.change(ctx, to); err != nil {
		return fmt.Errorf("change the vault: %w", err)
	}
	if v.opt.Kind != "" {
		v.opt.Kind = to
	}
	return nil
}

// ChangePassphrase asks for the current passphrase, unless it is known, and for
// a new one.
func (v *Vault) ChangePassphrase(ctx context.Context) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	f, err := v.readVault()
	switch {
	case err == nil && f.Lock.Kind != KindSealed:
		err = ErrNotSealed
	case err == nil:
		err = v.change(ctx, KindSealed)
	}
	if err != nil {
		return fmt.Errorf("change the passphrase: %w", err)
	}
	return nil
}

func (v *Vault) change(ctx context.Context, kind Kind) error {
	var next keyed
	for range maxAttempts {
		f, err := v.readVault()
		if err != nil {
			return err
		}
		if _, err := v.unlock(ctx, f); err != nil {
			return err
		}
		if next == (keyed{}) {
			if next, err = v.make(ctx, kind); err != nil {
				return err
			}
		}
		before := v.known.lock
		err = v.withFileLock(ctx, func() error { return v.rewrite(next, func(contents) {}) })
		switch {
		case v.known == next: // saved, whatever else failed
			v.discard(ctx, before)
			return err
		case !errors.Is(err, errChanged):
			v.discard(ctx, next.lock)
			return err
		}
	}
	v.discard(ctx, next.lock)
	return ErrBusy
}
