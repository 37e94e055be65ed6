package host

import (
	"context"
	"errors"
	"io/fs"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// vault returns the vault for the screen, which has pages to unlock and create it.
func (d sessionSwitcher) vault() (*shell.Vault, error) {
	kept, err := d.program.Sessions()
	if err != nil {
		return nil, err
	}
	kind, err := kept.Vault.Current()
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !fail.Is[*vault.DamagedError](err) {
		return nil, err
	}
	v := kept.Vault
	return &shell.Vault{
		Kind:   string(kind),
		Resume: func(ctx context.Context) (*client.Account, client.Session, error) { return d.program.first(ctx, d.opt) },
		Needs:  d.vaultNeeds,
		Unlock: v.UnlockWith,
		Make: func(ctx context.Context, kind, passphrase string) error {
			return v.Prepare(ctx, vault.Kind(kind), passphrase)
		},
		SetAside: func(ctx context.Context) (string, error) {
			path, err := v.SetAside(ctx)
			return d.program.ShownPath(path), err
		},
	}, nil
}

// begin returns the account with which the screen opens, or the session that the
// homeserver has ended. It returns neither if the vault must be unlocked on the
// screen first.
func (d sessionSwitcher) begin(ctx context.Context, v *shell.Vault) (account *client.Account, over client.Session, err error) {
	kept, err := d.program.Sessions()
	if err != nil {
		return nil, over, err
	}
	switch _, err := kept.Choose(d.program.Settings.Account); {
	case errors.Is(err, fail.ErrNotSignedIn):
		return nil, over, nil
	case err != nil:
		return nil, over, err
	}
	if v.Locked, err = d.asksToUnlock(ctx, kept.Vault); err != nil || v.Locked {
		return nil, over, err
	}
	account, over, err = d.program.first(ctx, d.opt)
	if err != nil && d.program.opensLater(err) {
		v.Trouble = err
		return nil, over, nil
	}
	return account, over, err
}

// asksToUnlock reports whether the user must type the passphrase of the existing
// vault. A vault of another kind than the chosen one is not opened.
func (d sessionSwitcher) asksToUnlock(ctx context.Context, v *vault.Vault) (bool, error) {
	if wanted := d.program.WantedKind(); wanted != "" && wanted != vault.KindSealed || !d.program.TypesPassphrase() {
		return false, nil
	}
	return v.Locked(ctx)
}

// opensLater reports whether err means that the key of the vault is not available
// now.
func (p *Program) opensLater(err error) bool {
	return fail.Either(vault.ErrNoKeyring, vault.ErrKeyGone, vault.ErrNoAgent)(err)
}

// TypesPassphrase reports whether the user types passphrases: neither the flags nor
// the settings give one.
func (p *Program) TypesPassphrase() bool {
	return p.PassphraseFile == "" && p.PassphraseFD == "" && len(p.Settings.PassphraseCommand) == 0
}

// vaultNeeds returns what the user must be asked before a session can be stored.
func (d sessionSwitcher) vaultNeeds(ctx context.Context) (needs shell.VaultNeeds, err error) {
	kept, err := d.program.Sessions()
	if err != nil {
		return needs, err
	}
	v := kept.Vault
	if needs.Passphrase, err = d.asksToUnlock(ctx, v); err != nil || needs.Passphrase {
		return needs, err
	}
	kind, err := v.Current()
	switch wanted := d.program.WantedKind(); {
	case err == nil:
		return shell.VaultNeeds{Kind: string(kind)}, nil
	case !errors.Is(err, fs.ErrNotExist) && !fail.Is[*vault.DamagedError](err):
		return needs, err
	case wanted == vault.KindSealed && d.program.TypesPassphrase():
		return shell.VaultNeeds{Kinds: []string{shell.VaultPassphrase}}, nil
	case wanted != "":
		return shell.VaultNeeds{Kind: string(wanted)}, nil
	case !d.program.TypesPassphrase():
		kind, err := v.Kind(ctx)
		return shell.VaultNeeds{Kind: string(kind)}, err
	}
	return d.vaultKinds(ctx, v)
}

// vaultKinds returns the kinds of encryption that the user can choose.
func (d sessionSwitcher) vaultKinds(ctx context.Context, v *vault.Vault) (needs shell.VaultNeeds, err error) {
	needs.Kinds = []string{shell.VaultPassphrase, shell.VaultPlain}
	if d.program.Guest != nil { // a visitor's keyring is on another machine
		return needs, nil
	}
	switch err := v.ProbeKeyring(ctx); {
	case err == nil:
		needs.Kinds = append([]string{shell.VaultKeyring}, needs.Kinds...)
	case errors.Is(err, vault.ErrNoKeyring):
		needs.NoKeyring = err
	default:
		return needs, err
	}
	return needs, nil
}
