package host

import (
	"path/filepath"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

// ShownPath returns a path for messages. Visitors are not shown paths of this
// machine.
func (p *Program) ShownPath(path string) string {
	if p.Guest != nil {
		return filepath.Base(path)
	}
	return path
}

// AnyVault opens a vault of any kind, to change it.
func (p *Program) AnyVault() (config.Home, *vault.Vault, error) {
	home, err := p.Home()
	if err != nil {
		return home, nil, err
	}
	v, err := p.OpenVault(home, "")
	return home, v, err
}

// automatic is the value of vault.kind that lets the program choose the kind.
const automatic = "auto"

// WantedKind returns the kind of vault that the user has chosen; empty if none.
func (p *Program) WantedKind() vault.Kind {
	if p.Settings.Vault == automatic {
		return ""
	}
	return vault.Kind(p.Settings.Vault)
}

// OpenVault opens the vault. A vault of another kind than the chosen one is an
// error.
func (p *Program) OpenVault(home config.Home, kind vault.Kind) (*vault.Vault, error) {
	asker, err := p.Asker()
	if err != nil {
		return nil, err
	}
	return p.OpenVaultWith(home, kind, asker)
}

// OpenVaultWith is like OpenVault, but gets the passphrase from asker.
func (p *Program) OpenVaultWith(home config.Home, kind vault.Kind, asker vault.Asker) (*vault.Vault, error) {
	return vault.Open(vault.Options{
		Dir: home.Dir(), Kind: kind, Passphrase: asker, Keyring: p.Keyring, Agent: p.Agent,
		Legacy: legacySession(home),
		Say:    func(text string) { p.Note("%s", text) },
	})
}
