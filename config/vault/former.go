package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

// A Former is a plain file that held the secret of one account. Until something
// is saved it counts as part of the vault; then the vault takes it over, and
// once that is on the disk the file is removed. Where both know the account, the
// vault is right.
type Former struct {
	Path string // "" is no file
	// Name says whose secret it is. Its error quotes nothing of it.
	Name func(secret []byte) (Name, error)
}

// former reads the file. If there is none the error is [fs.ErrNotExist].
func (v *Vault) former() (Name, []byte, error) {
	from := v.opt.Former
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

// adopt adds what the former file holds, and returns what is left to do once the
// vault has it.
func (v *Vault) adopt(held contents) (after func() error, err error) {
	name, secret, err := v.former()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return func() error { return nil }, nil
	case isDamaged(err):
		return v.setFormerAside, nil
	case err != nil:
		return nil, err
	}
	if _, ok := held[name]; !ok {
		held[name] = secret
	}
	return v.removeFormer, nil
}

func (v *Vault) removeFormer() error {
	if err := os.Remove(v.opt.Former.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the vault has it, but the plain file stays: %w", err)
	}
	return nil
}

func (v *Vault) setFormerAside() error {
	aside, err := atomicfile.SetAside(v.opt.Former.Path, "damaged")
	if err != nil {
		return fmt.Errorf("set aside %s: %w", v.opt.Former.Path, err)
	}
	v.opt.Say(fmt.Sprintf("%s was damaged and is kept as %s.", v.opt.Former.Path, aside))
	return nil
}
