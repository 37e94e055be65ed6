package vault

import (
	"errors"
	"fmt"
	"io/fs"
)

// What the caller may do something about, beside the types below,
// [fs.ErrNotExist] and [fs.ErrPermission].
var (
	// ErrLocked says that there is no source of the passphrase.
	ErrLocked = errors.New("the vault is sealed with a passphrase, and there is no terminal to ask for it at")

	// ErrPassphrase says that the passphrase is wrong. Of a file that was changed
	// by somebody who took care, it is said as well.
	ErrPassphrase = errors.New("this is not the vault's passphrase")

	// ErrNoKeyring says that the keyring is absent, does not answer in time or
	// keeps nothing.
	ErrNoKeyring = errors.New("the system keyring is not available on this machine")

	// ErrNoAgent says that the ssh-agent is absent, does not answer in time, does
	// not hold the key or does not sign with it.
	ErrNoAgent = errors.New("the ssh-agent is not available")

	// ErrKeyGone says that the keyring answers, but does not hold the vault's
	// key. It may be another keyring than usual. [Vault.SetAside] makes room for
	// a new vault.
	ErrKeyGone = errors.New("the keyring does not hold the vault's key")

	// ErrNoKind says that a new vault can be of no kind that keeps a secret: there
	// is no keyring, and no source of a passphrase.
	ErrNoKind = errors.New("there is no terminal to ask for a passphrase at")

	// ErrNotSealed says that the vault has no passphrase to change.
	ErrNotSealed = errors.New("the vault is not sealed with a passphrase")

	// ErrBusy says that another program kept the vault for longer than is worth
	// waiting for.
	ErrBusy = errors.New("another program does not let go of the vault")
)

// A DamagedError says that a file is there and cannot be understood. It is left
// as it is, and stays under another name when something new is saved.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("%s is damaged: %v", e.Path, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// A NewerError says that a later version of the program wrote the vault.
type NewerError struct {
	Path           string
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s was written by a newer program (format %d; this one knows %d)", e.Path, e.Version, e.Known)
}

// A KindError says that the vault is of another kind than it has to be.
type KindError struct {
	Path       string
	Have, Want Kind
}

func (e *KindError) Error() string {
	return fmt.Sprintf("the vault at %s is of kind %s, not %s", e.Path, e.Have, e.Want)
}

func isDamaged(err error) bool {
	_, ok := errors.AsType[*DamagedError](err)
	return ok
}

// apart is an error of somebody whom the vault asked. That they lack a file, such
// as a socket or a command, does not mean that the vault does.
func apart(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New(err.Error())
	}
	return err
}

// startsAnew reports whether what went wrong leaves room for a new vault.
func startsAnew(err error) bool { return errors.Is(err, fs.ErrNotExist) || isDamaged(err) }
