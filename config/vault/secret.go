package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

const maxSecretName = 64

// checkSecretName returns an error for a name that is not of lower case letters, digits
// and hyphens.
func checkSecretName(name string) error {
	const valid = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if name == "" || len(name) > maxSecretName || strings.Trim(name, valid) != "" {
		return errors.New("the name of a secret has lower case letters, digits and hyphens")
	}
	return nil
}

// Secrets lists the names of the secrets that do not belong to an account, in order.
// Like [Vault.Accounts], it needs no passphrase.
func (v *Vault) Secrets() ([]string, error) {
	f, err := v.readVault()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return f.Secrets, nil
}

// LoadSecret returns the secret with a name. If there is none, the error is
// [fs.ErrNotExist], and the passphrase is not asked for.
func (v *Vault) LoadSecret(ctx context.Context, name string) ([]byte, error) {
	if err := v.acquire(ctx); err != nil {
		return nil, err
	}
	defer v.release()
	f, err := v.readVault()
	if err == nil && !slices.Contains(f.Secrets, name) {
		err = fs.ErrNotExist
	}
	var held contents
	if err == nil {
		held, err = v.openWanted(ctx, f)
	}
	if err != nil {
		return nil, fmt.Errorf("load the secret %s: %w", name, err)
	}
	return held.secrets[name], nil
}

// SaveSecret stores a secret under a name, like [Vault.Save].
func (v *Vault) SaveSecret(ctx context.Context, name string, secret []byte) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	err := checkSecretName(name)
	if err == nil {
		err = v.update(ctx, true, func(held contents) { held.secrets[name] = bytes.Clone(secret) })
	}
	if err != nil {
		return fmt.Errorf("save the secret %s: %w", name, err)
	}
	return nil
}

// DropSecret removes the secret with a name. It is not an error if there is none.
func (v *Vault) DropSecret(ctx context.Context, name string) error {
	if err := v.acquire(ctx); err != nil {
		return err
	}
	defer v.release()
	f, err := v.readVault()
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !slices.Contains(f.Secrets, name):
		return nil
	case err == nil:
		err = v.update(ctx, false, func(held contents) { delete(held.secrets, name) })
	}
	if err != nil {
		return fmt.Errorf("remove the secret %s: %w", name, err)
	}
	return nil
}
