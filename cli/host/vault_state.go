package host

import (
	"context"
	"errors"
	"io/fs"

	"github.com/mxinvite/mxinvite/config/vault"
)

// A vaultState describes how sessions are stored, or will be after the first
// sign-in.
type vaultState struct {
	Path      string
	Exists    bool
	Kind      vault.Kind // of the new vault, if none exists
	noKeyring error      // why a new vault cannot use the keyring; nil if it can, or was not checked
}

// VaultState reads the state of the vault. It asks for no passphrase.
func (p *Program) VaultState(ctx context.Context) (s vaultState, err error) {
	home, v, err := p.AnyVault()
	if err != nil {
		return s, err
	}
	s.Path = vault.PathIn(home.Dir())
	s.Kind, err = v.Current()
	switch {
	case err == nil:
		s.Exists = true
		return s, nil
	case !errors.Is(err, fs.ErrNotExist):
		return s, err
	}
	if s.Kind = p.WantedKind(); s.Kind != "" {
		return s, nil
	}
	s.Kind = vault.KindKeyring
	if s.noKeyring = v.ProbeKeyring(ctx); s.noKeyring != nil {
		s.Kind = vault.KindSealed
	}
	if p.Guest != nil { // a visitor's keyring is on another machine
		s.noKeyring = nil
	}
	return s, ctx.Err()
}

// HasVault reports whether there is a vault of this kind.
func (p *Program) HasVault(kind vault.Kind) bool {
	_, v, err := p.AnyVault()
	if err != nil {
		return false
	}
	have, err := v.Current()
	return err == nil && have == kind
}

// String returns a clause such as "sessions are encrypted with a passphrase".
func (s vaultState) String() string {
	if s.Exists {
		return "sessions are " + howKept(s.Kind)
	}
	text := "there is no vault yet; the first sign-in creates one, and sessions will be " + howKept(s.Kind)
	if s.noKeyring != nil {
		text += ", because " + s.noKeyring.Error()
	}
	return text
}

func howKept(kind vault.Kind) string {
	switch kind {
	case vault.KindKeyring:
		return "encrypted, with the key in the system's keyring"
	case vault.KindSealed:
		return "encrypted with a passphrase"
	case vault.KindAgent:
		return "encrypted with a key of the ssh-agent"
	default:
		return "stored unencrypted, in a file that only you can read"
	}
}
