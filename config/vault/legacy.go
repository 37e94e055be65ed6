package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

// A LegacyFile is an unencrypted file with the secret of one account, as
// written by program versions without a vault. Until the first Save it is read
// as part of the vault. Save moves its secret into the vault and removes the
// file. If the vault has a secret of the same account, that one is used.
type LegacyFile struct {
	Path string // "" means no file
	// Name returns the account of a secret. Its errors must not quote the
	// secret.
	Name func(secret []byte) (Name, error)
}

// legacyFile reads the file. Without a file, the error is [fs.ErrNotExist].
func (v *Vault) legacyFile() (Name, []byte, error) {
	from := v.opt.Legacy
	if from.Path == "" {
		return Name{}, nil, fs.ErrNotExist
	}
	secret, err := v.readPrivate(from.Path)
	if err != nil {
		return Name{}, nil, err
	}
	name, err := from.Name(secret)
	if err == nil {
		err = name.check()
	}
	if err != nil {
		return Name{}, nil, &DamagedError{Path: from.Path, Err: err}
	}
	return name, secret, nil
}

// importLegacy adds the secret of the legacy file to held, and returns a
// function to call after the vault was written.
func (v *Vault) importLegacy(held contents) (after func() error, err error) {
	name, secret, err := v.legacyFile()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return func() error { return nil }, nil
	case isDamaged(err):
		return v.setLegacyAside, nil
	case err != nil:
		return nil, err
	}
	if _, ok := held.sessions[name]; !ok {
		held.sessions[name] = secret
	}
	return v.removeLegacy, nil
}

func (v *Vault) removeLegacy() error {
	if err := os.Remove(v.opt.Legacy.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the session is in the vault, but the old unencrypted file could not be removed: %w", err)
	}
	return nil
}

func (v *Vault) setLegacyAside() error {
	aside, err := atomicfile.SetAside(v.opt.Legacy.Path, "damaged")
	if err != nil {
		return fmt.Errorf("set aside %s: %w", v.opt.Legacy.Path, err)
	}
	v.opt.Say(fmt.Sprintf("%s was damaged and has been renamed to %s.", v.opt.Legacy.Path, aside))
	return nil
}
