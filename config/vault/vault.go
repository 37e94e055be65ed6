// Package vault keeps the sessions of several accounts sealed on this machine.
//
// All of them lie in one file, sealed with one key; the kinds of vault differ in
// where that key comes from (see [Kind]). In the clear lie only how the vault is
// locked and the names of its accounts, so that they can be listed before
// anybody is asked for anything. Everything in the file is authenticated.
//
// A vault cannot tell that somebody put an older copy of its file back.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

// vaultFile is what the file is called in its directory.
const vaultFile = "vault"

// Options are what a vault knows of the world around it. None of the functions
// may call the vault: it waits for them.
type Options struct {
	// Dir is where the vault lies. It is made when something is saved.
	Dir string
	// Kind is the kind that has to be: a vault of another kind is left shut
	// ([KindError]). Without it an existing vault is what it is, and a new one is
	// kept by the keyring if that answers, else sealed if a passphrase can be
	// asked for, and never plain.
	Kind Kind

	Passphrase Asker     // nil if there is nobody to ask
	Keyring    Keyring   // nil if there is none
	Agent      DialAgent // nil if there is none
	AgentKey   string    // the fingerprint ("SHA256:…") of the key for a new vault; "" is the only Ed25519 key that the agent holds

	// Former is the plain file from before there were vaults.
	Former Former
	// Say tells a person what was decided for them. nil tells nobody.
	Say func(text string)
}

// A Vault keeps secrets, each under the name of its account. Many goroutines and
// many programs may use the same one at once: whoever saves an account last
// wins, and no save undoes one of another account.
//
// Somebody may have to be asked for a passphrase before the first secret is
// read or written, and nobody is asked again in the life of a Vault while the
// passphrase stays the same.
type Vault struct {
	opt      Options
	costs    costs
	turn     chan struct{} // holds one thing while somebody is at work
	patience time.Duration

	known keyed // the lock that was opened or made last
	spare keyed // a lock for a new vault that no file has yet
}

// Open returns the vault in a directory, whether there is one yet or not. It
// reads nothing and asks nobody.
func Open(opt Options) (*Vault, error) { return open(opt, today) }

func open(opt Options, c costs) (*Vault, error) {
	if opt.Dir == "" {
		return nil, errors.New("a vault needs a directory")
	}
	if opt.Kind != "" && !opt.Kind.known() {
		return nil, opt.Kind.unknown()
	}
	if opt.Say == nil {
		opt.Say = func(string) {}
	}
	return &Vault{opt: opt, costs: c, patience: patience, turn: make(chan struct{}, 1)}, nil
}

// Path is the vault's file.
func (v *Vault) Path() string { return PathIn(v.opt.Dir) }

// PathIn is the file of the vault in a directory.
func PathIn(dir string) string { return filepath.Join(dir, vaultFile) }

// Format keeps everything but the path out of what is printed, whatever the verb.
func (v *Vault) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "the vault at "+v.Path()) }

// take waits until nobody else in this process uses the vault.
func (v *Vault) take(ctx context.Context) error {
	select {
	case v.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *Vault) release() { <-v.turn }

// Kind is the kind of the vault; if there is none yet, or a damaged one, the
// kind of the one that the next Save will make, for which the keyring is asked
// whether it answers.
func (v *Vault) Kind(ctx context.Context) (Kind, error) {
	if err := v.take(ctx); err != nil {
		return "", err
	}
	defer v.release()
	switch f, err := v.look(); {
	case err == nil:
		return f.Lock.Kind, nil
	case !startsAnew(err):
		return "", err
	}
	kind, _, err := v.choose(ctx)
	return kind, err
}

// Accounts lists the accounts, in order. It asks nobody; so what is listed is
// proven only once one of them is loaded.
func (v *Vault) Accounts() ([]Name, error) {
	var names []Name
	switch f, err := v.look(); {
	case err == nil:
		names = f.Accounts
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	switch name, _, err := v.former(); {
	case err == nil && !slices.Contains(names, name):
		names = append(names, name)
		slices.SortFunc(names, Name.compare)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return names, nil
}

// Load returns the secret of an account. If there is none the error is
// [fs.ErrNotExist], and nobody was asked for a passphrase.
func (v *Vault) Load(ctx context.Context, name Name) ([]byte, error) {
	if err := v.take(ctx); err != nil {
		return nil, err
	}
	defer v.release()
	secret, err := v.load(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("load the session of %s: %w", name.UserID, err)
	}
	return secret, nil
}

func (v *Vault) load(ctx context.Context, name Name) ([]byte, error) {
	switch f, err := v.look(); {
	case err == nil && slices.Contains(f.Accounts, name):
		held, err := v.openWanted(ctx, f)
		return held[name], err
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	switch formerName, secret, err := v.former(); {
	case err != nil:
		return nil, err
	case formerName == name:
		return secret, nil
	}
	return nil, fs.ErrNotExist
}

// Unlock asks now for what the first Load or Save would ask for: the passphrase
// of the vault, or that of a sealed one to be. Afterwards nobody is asked, unless
// another program changes how the vault is locked.
func (v *Vault) Unlock(ctx context.Context) error {
	kind, err := v.Kind(ctx)
	if err != nil {
		return err
	}
	if err := v.take(ctx); err != nil {
		return err
	}
	defer v.release()
	switch f, err := v.look(); {
	case err == nil:
		_, err = v.openWanted(ctx, f)
		return err
	case !startsAnew(err):
		return err
	case kind != KindSealed: // it leaves nothing behind if nothing is saved
		return nil
	}
	return v.prepare(ctx, true)
}

// SetAside gives the vault's file another name beside its old one, which it
// returns, so that the next Save makes a new one: for somebody who forgot the
// passphrase, or whose key is gone.
func (v *Vault) SetAside(ctx context.Context) (aside string, err error) {
	if err := v.take(ctx); err != nil {
		return "", err
	}
	defer v.release()
	err = v.exclusively(ctx, func() (err error) {
		aside, err = atomicfile.SetAside(v.Path(), "aside")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("set the vault aside: %w", err)
	}
	v.known = keyed{}
	return aside, nil
}
