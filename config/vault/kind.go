package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// A Kind says where the key of a vault comes from.
type Kind string

const (
	// KindKeyring keeps the key in the system's keyring. The secrets themselves
	// are in the vault's file, since some keyrings limit the size of an entry.
	KindKeyring Kind = "keyring"

	// KindSealed derives the key from a passphrase.
	KindSealed Kind = "sealed"

	// KindAgent derives the key from a signature of an Ed25519 key in an
	// ssh-agent. Every program that can use the agent can derive the key. So
	// can the administrators of a host to which the agent is forwarded, if they
	// have the file. Without the SSH key the vault cannot be opened.
	KindAgent Kind = "agent"

	// KindPlain keeps the key unencrypted in the file. Damage is detected, but
	// the secrets are readable by every user who can read the file.
	KindPlain Kind = "plain"
)

func (k Kind) known() bool {
	return slices.Contains([]Kind{KindKeyring, KindSealed, KindAgent, KindPlain}, k)
}

func (k Kind) unknown() error {
	return fmt.Errorf("unknown kind of vault %q: use keyring, sealed, agent or plain", string(k))
}

// UnmarshalText accepts the kinds above only.
func (k *Kind) UnmarshalText(text []byte) error {
	if kind := Kind(text); !kind.known() {
		return kind.unknown()
	}
	*k = Kind(text)
	return nil
}

// openWanted unlocks a file. If it is not of the kind in [Options.Kind], the
// error is a [KindError].
func (v *Vault) openWanted(ctx context.Context, f *file) (contents, error) {
	if v.opt.Kind != "" && f.Lock.Kind != v.opt.Kind {
		return contents{}, &KindError{Path: v.Path(), Have: f.Lock.Kind, Want: v.opt.Kind}
	}
	return v.unlock(ctx, f)
}

// choose returns the kind of a new vault. If that is [KindSealed] because the
// keyring is not available, noKeyring says why.
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

// begin creates the lock of a new vault.
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
		noKeyring, kind = err, KindSealed // it responds, but does not store entries
		if v.opt.Passphrase == nil {
			return keyed{}, fmt.Errorf("%w, and %w", err, ErrNoKind)
		}
	}
	if noKeyring != nil && v.opt.Keyring != nil {
		v.opt.Say(fmt.Sprintf("Sessions are encrypted with a passphrase, because %v.", noKeyring))
	}
	return v.make(ctx, kind)
}
