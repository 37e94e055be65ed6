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

// turns is how often another program may come first with another lock.
const turns = 3

// errMoved says that the vault is no longer what was prepared for.
var errMoved = errors.New("another program changed the vault meanwhile")

// Save makes the secret the one of an account, and is done when it is on the
// disk. All others stay as they are. A damaged vault is set aside and a new one
// begun.
func (v *Vault) Save(ctx context.Context, name Name, secret []byte) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	err := name.check()
	if err == nil {
		err = v.update(ctx, true, func(held contents) { held[name] = bytes.Clone(secret) })
	}
	if err != nil {
		return fmt.Errorf("save the session of %s: %w", name.UserID, err)
	}
	return nil
}

// Drop forgets the secret of an account. That there is none is no failure. A
// vault without accounts stays, with its passphrase.
func (v *Vault) Drop(ctx context.Context, name Name) error {
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	if err := v.drop(ctx, name); err != nil {
		return fmt.Errorf("forget the session of %s: %w", name.UserID, err)
	}
	return nil
}

func (v *Vault) drop(ctx context.Context, name Name) error {
	switch f, err := v.look(); {
	case err == nil && slices.Contains(f.Accounts, name):
		return v.update(ctx, false, func(held contents) { delete(held, name) })
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	switch former, _, err := v.former(); {
	case errors.Is(err, fs.ErrNotExist), err == nil && former != name:
		return nil
	case err != nil:
		return err
	}
	return v.removeFormer()
}

// update reads the vault, edits what it holds and writes it back. If it is
// absent or damaged, and anew says so, it begins a new one.
func (v *Vault) update(ctx context.Context, anew bool, edit func(contents)) error {
	defer func() { // it is zero if it found its file
		v.discard(ctx, v.spare.lock)
		v.spare = keyed{}
	}()
	for range turns {
		if err := v.prepare(ctx, anew); err != nil {
			return err
		}
		err := v.exclusively(ctx, func() error { return v.rewrite(keyed{}, edit) })
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return ErrBusy
}

// prepare does everything that may need a person or take long, before other
// programs are kept waiting: it gets to know the key of the vault, or makes the
// lock of a new one.
func (v *Vault) prepare(ctx context.Context, anew bool) error {
	f, err := v.look()
	if err == nil {
		_, err = v.openWanted(ctx, f)
	}
	if !anew || !startsAnew(err) {
		return err
	}
	if v.spare != (keyed{}) {
		return nil
	}
	v.spare, err = v.begin(ctx)
	return err
}

// rewrite is what happens while no other program writes. It asks nobody, and
// writes behind a lock that it is given, else behind the one there is.
func (v *Vault) rewrite(to keyed, edit func(contents)) error {
	held, err := v.current()
	damaged := isDamaged(err)
	switch {
	case err == nil && to == (keyed{}):
		to = v.renewed()
	case err == nil:
	case !startsAnew(err):
		return err
	case to != (keyed{}), v.spare == (keyed{}):
		return fmt.Errorf("%w: %w", errMoved, err) // nobody prepared for that
	default:
		to, held = v.spare, contents{}
	}
	after, err := v.adopt(held)
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
	_ = atomicfile.Sweep(v.Path()) // what cannot be removed is no less private than the vault
	if err := atomicfile.Write(v.Path(), data); err != nil {
		return err
	}
	v.known = to
	if to == v.spare {
		v.spare = keyed{}
	}
	return after()
}

// current returns what the vault holds now, if its key is known.
func (v *Vault) current() (contents, error) {
	f, err := v.look()
	if err != nil {
		return nil, err
	}
	if f.Lock != v.known.lock {
		return nil, errMoved
	}
	return v.reopen(f)
}

// renewed returns the lock to write behind: the one there is, unless it was made
// when passphrases were cheaper to try.
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
	v.opt.Say(fmt.Sprintf("%s was damaged and is kept as %s.", v.Path(), aside))
	return nil
}
