package vault

import (
	"context"
	"errors"
	"fmt"
)

// ChangeKind makes the vault one of another kind, or gives it a new key of the
// same kind. What was in it before is still readable in copies of the old file
// to whoever could read those.
func (v *Vault) ChangeKind(ctx context.Context, to Kind) error {
	if err := v.take(ctx); err != nil {
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

// ChangePassphrase asks for the passphrase, unless it is known, and for a new one.
func (v *Vault) ChangePassphrase(ctx context.Context) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	f, err := v.look()
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
	for range turns {
		f, err := v.look()
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
		err = v.exclusively(ctx, func() error { return v.rewrite(next, func(contents) {}) })
		switch {
		case v.known == next: // it is on the disk, whatever else went wrong
			v.discard(ctx, before)
			return err
		case !errors.Is(err, errMoved):
			v.discard(ctx, next.lock)
			return err
		}
	}
	v.discard(ctx, next.lock)
	return ErrBusy
}
