package host

import (
	"path/filepath"

	"github.com/mxinvite/mxinvite/config"
	"github.com/mxinvite/mxinvite/config/vault"
)

// ShownPath is a path as the user may see it: visitors need not know where things
// are on this machine.
func (p *Program) ShownPath(path string) string {
	if p.Guest != nil {
		return filepath.Base(path)
	}
	return path
}

// AnyVault opens the vault of any kind, to change it.
func (p *Program) AnyVault() (config.Home, *vault.Vault, error) {
	home, err := p.Home()
	if err != nil {
		return home, nil, err
	}
	v, err := p.OpenVault(home, "")
	return home, v, err
}

// automatic is the setting that leaves the kind of the vault to the machine.
const automatic = "auto"

// WantedKind is the kind of vault that the person has chosen, if they have.
func (p *Program) WantedKind() vault.Kind {
	if p.Settings.Vault == automatic {
		return ""
	}
	return vault.Kind(p.Settings.Vault)
}

// OpenVault opens the vault in the way in which this run may open it.
func (p *Program) OpenVault(home config.Home, kind vault.Kind) (*vault.Vault, error) {
	asker, err := p.Asker()
	if err != nil {
		return nil, err
	}
	return p.OpenVaultWith(home, kind, asker)
}

// OpenVaultWith is OpenVault with the passphrase from asker.
func (p *Program) OpenVaultWith(home config.Home, kind vault.Kind, asker vault.Asker) (*vault.Vault, error) {
	return vault.Open(vault.Options{
		Dir: home.Dir(), Kind: kind, Passphrase: asker, Keyring: p.Keyring, Agent: p.Agent,
		Legacy: legacySession(home),
		Say:    func(text string) { p.Note("%s", text) },
	})
}
