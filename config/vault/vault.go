// Package vault stores the sessions of several accounts, and other secrets by name,
// in an encrypted file.
//
// All secrets are in one file, encrypted with one key. The kinds of vault
// differ in where the key comes from (see [Kind]). Two parts of the file are
// not encrypted: the kind of vault with its parameters, such as a salt, and the
// names of the accounts and secrets, so that they can be listed without a
// passphrase. The whole file is authenticated.
//
// A vault cannot detect that its file was replaced with an older copy.
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

// vaultFile is the name of the file in its directory.
const vaultFile = "vault"

// Options configure a vault. The functions in it must not call the vault,
// because that would be a deadlock.
type Options struct {
	// Dir is the directory of the vault. It is created by the first Save.
	Dir string
	// Kind is the required kind: a vault of another kind is not opened
	// ([KindError]). If Kind is empty, every existing vault is opened. A new
	// one is of [KindKeyring] if the keyring is available, otherwise of
	// [KindSealed] if Passphrase is set. It is never of [KindPlain].
	Kind Kind

	Passphrase Asker     // nil if the user cannot be asked
	Keyring    Keyring   // nil if there is none
	Agent      DialAgent // nil if there is none
	AgentKey   string    // fingerprint ("SHA256:…") of the key for a new vault; "" means the agent's only Ed25519 key

	// Legacy is the unencrypted file that program versions without a vault
	// wrote.
	Legacy LegacyFile
	// Say shows the user a message about an automatic decision. It may be nil.
	Say func(text string)
}

// A Vault stores one secret for each account, and other secrets. It is safe for use by several
// goroutines and programs at the same time: the last Save of an account wins,
// and does not change other accounts.
//
// The first Load or Save may ask for a passphrase. The Vault remembers the
// passphrase, and asks again only after another program has changed it.
type Vault struct {
	opt         Options
	costs       costs
	busy        chan struct{} // a mutex that ctx can interrupt: full while a method runs
	lockTimeout time.Duration

	known keyed // the lock that was opened or created last
	spare keyed // the prepared lock of a new vault, not written yet
}

// Open returns the vault in a directory, which need not exist yet. It reads
// nothing and does not ask the user.
func Open(opt Options) (*Vault, error) { return open(opt, defaultCosts) }

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
	return &Vault{opt: opt, costs: c, lockTimeout: lockTimeout, busy: make(chan struct{}, 1)}, nil
}

// Path returns the path of the vault's file.
func (v *Vault) Path() string { return PathIn(v.opt.Dir) }

// PathIn returns the path of the vault's file in a directory.
func PathIn(dir string) string { return filepath.Join(dir, vaultFile) }

// Format prints the path only, for every verb, so that no secret is ever
// printed.
func (v *Vault) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "the vault at "+v.Path()) }

// acquire waits until no other method of this Vault runs.
func (v *Vault) acquire(ctx context.Context) error {
	select {
	case v.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (v *Vault) release() { <-v.busy }

// Kind returns the kind of the vault. If there is no vault or it is damaged,
// Kind returns the kind of the vault that the next Save will create. To find
// out, it may call the keyring.
func (v *Vault) Kind(ctx context.Context) (Kind, error) {
	if err := v.acquire(ctx); err != nil {
		return "", err
	}
	defer v.release()
	switch f, err := v.readVault(); {
	case err == nil:
		return f.Lock.Kind, nil
	case !isAbsentOrDamaged(err):
		return "", err
	}
	kind, _, err := v.choose(ctx)
	return kind, err
}

// Accounts lists the accounts in order. It needs no passphrase. Therefore it
// does not detect a modified list; Load of one of the accounts does.
func (v *Vault) Accounts() ([]Name, error) {
	var names []Name
	switch f, err := v.readVault(); {
	case err == nil:
		names = f.Accounts
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	switch name, _, err := v.legacyFile(); {
	case err == nil && !slices.Contains(names, name):
		names = append(names, name)
		slices.SortFunc(names, Name.compare)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return names, nil
}

// Load returns the secret of an account. If there is none, the error is
// [fs.ErrNotExist], and the passphrase is not asked for.
func (v *Vault) Load(ctx context.Context, name Name) ([]byte, error) {
	if err := v.acquire(ctx); err != nil {
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
	switch f, err := v.readVault(); {
	case err == nil && slices.Contains(f.Accounts, name):
		held, err := v.openWanted(ctx, f)
		return held.sessions[name], err
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	switch legacyName, secret, err := v.legacyFile(); {
	case err != nil:
		return nil, err
	case legacyName == name:
		return secret, nil
	}
	return nil, fs.ErrNotExist
}

// Unlock asks for the passphrase now. Otherwise the first Load or Save asks for
// it. Later calls do not ask, unless another program has changed the passphrase
// or the kind.
func (v *Vault) Unlock(ctx context.Context) error {
	kind, err := v.Kind(ctx)
	if err != nil {
		return err
	}
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	switch f, err := v.readVault(); {
	case err == nil:
		_, err = v.openWanted(ctx, f)
		return err
	case !isAbsentOrDamaged(err):
		return err
	case kind != KindSealed: // it has nothing to ask
		return nil
	}
	return v.prepare(ctx, true)
}

// SetAside renames the vault's file and returns the new name. The next Save
// creates a new vault. It is for users who forgot the passphrase or lost the
// key.
func (v *Vault) SetAside(ctx context.Context) (aside string, err error) {
	if err := v.acquire(ctx); err != nil {
		return "", err
	}
	defer v.release()
	err = v.withFileLock(ctx, func() (err error) {
		aside, err = atomicfile.SetAside(v.Path(), "aside")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("set the vault aside: %w", err)
	}
	v.known = keyed{}
	return aside, nil
}
