package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Kind says where the key of a vault comes from. It reads and writes as text.
type Kind string

const (
	// KindKeyring leaves the key to the system's keyring. The secrets are in the
	// file all the same, for some keyrings take only small ones.
	KindKeyring Kind = "keyring"

	// KindSealed makes the key from a passphrase.
	KindSealed Kind = "sealed"

	// KindAgent makes the key from what an Ed25519 key in an ssh-agent signs.
	// Whoever may use that agent can have the same signed, and so has the key:
	// also who rules a host to which the agent is forwarded, if they have the
	// file. And without the SSH key nothing opens the vault.
	KindAgent Kind = "agent"

	// KindPlain leaves the key in the file, beside what it seals: it shows damage
	// and hides nothing from anybody who can read the file.
	KindPlain Kind = "plain"
)

func (k Kind) known() bool {
	return slices.Contains([]Kind{KindKeyring, KindSealed, KindAgent, KindPlain}, k)
}

func (k Kind) unknown() error {
	return fmt.Errorf("there is no vault of kind %q: it is keyring, sealed, agent or plain", string(k))
}

// UnmarshalText takes the kinds there are.
func (k *Kind) UnmarshalText(text []byte) error {
	if kind := Kind(text); !kind.known() {
		return kind.unknown()
	}
	*k = Kind(text)
	return nil
}

// openWanted unlocks a file, unless it is of another kind than has to be.
func (v *Vault) openWanted(ctx context.Context, f *file) (contents, error) {
	if v.opt.Kind != "" && f.Lock.Kind != v.opt.Kind {
		return nil, &KindError{Path: v.Path(), Have: f.Lock.Kind, Want: v.opt.Kind}
	}
	return v.unlock(ctx, f)
}

// choose says of which kind a new vault is. Beside a sealed one the error says
// why it is not kept by the keyring, if there is one.
func (v *Vault) choose(ctx context.Context) (kind Kind, noKeyring, err error) {
	if v.opt.Kind != "" {
		return v.opt.Kind, nil, nil
	}
	err = v.probeKeyring(ctx)
	switch {
	case err == nil:
		return KindKeyring, nil, nil
	case !errors.Is(err, ErrNoKeyring):
		return "", nil, err
	case v.opt.Passphrase == nil:
		return "", err, fmt.Errorf("%w, and %w", err, ErrNoKind)
	}
	return KindSealed, err, nil
}

// begin makes the lock of a new vault.
func (v *Vault) begin(ctx context.Context) (keyed, error) {
	kind, noKeyring, err := v.choose(ctx)
	if err != nil {
		return keyed{}, err
	}
	if kind == KindKeyring {
		made, err := v.make(ctx, kind)
		if !errors.Is(err, ErrNoKeyring) || v.opt.Kind != "" {
			return made, err
		}
		noKeyring, kind = err, KindSealed // it answers, but keeps nothing
		if v.opt.Passphrase == nil {
			return keyed{}, fmt.Errorf("%w, and %w", err, ErrNoKind)
		}
	}
	if noKeyring != nil && v.opt.Keyring != nil {
		v.opt.Say(fmt.Sprintf("Sessions are sealed with a passphrase, for %v.", noKeyring))
	}
	return v.make(ctx, kind)
}
