package cli

import (
	"context"
	"errors"
	"io/fs"

	"github.com/mxinvite/mxinvite/config/vault"
)

// A vaultState is how sessions are kept here, or will be.
type vaultState struct {
	path      string
	exists    bool
	kind      vault.Kind // of the vault to be, if there is none yet
	noKeyring error      // why that one will not use the keyring; nil if it was not looked for
}

// vaultState looks at the vault and asks for no passphrase.
func (a *app) vaultState(ctx context.Context) (s vaultState, err error) {
	home, v, err := a.anyVault()
	if err != nil {
		return s, err
	}
	s.path = vault.PathIn(home.Dir())
	s.kind, err = v.Current()
	switch {
	case err == nil:
		s.exists = true
		return s, nil
	case !errors.Is(err, fs.ErrNotExist):
		return s, err
	}
	if s.kind = a.wantedKind(); s.kind != "" {
		return s, nil
	}
	s.kind = vault.KindKeyring
	if s.noKeyring = v.ProbeKeyring(ctx); s.noKeyring != nil {
		s.kind = vault.KindSealed
	}
	if a.Guest != nil { // whose keyring is on another machine
		s.noKeyring = nil
	}
	return s, ctx.Err()
}

// String is a sentence without its stop.
func (s vaultState) String() string {
	if s.exists {
		return "sessions are " + howKept(s.kind)
	}
	text := "there is no vault yet; the first sign-in creates one, and sessions will be " + howKept(s.kind)
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

// checkVault says how sessions are kept.
func (a *app) checkVault(ctx context.Context) checkup {
	s, err := a.vaultState(ctx)
	switch {
	case err != nil:
		return unwell("vault", err)
	case s.exists && s.kind == vault.KindPlain:
		return uneasy("vault", "Encrypt it with: mxinvite vault kind sealed", "%s", s)
	}
	return well("vault", "%s", s)
}
