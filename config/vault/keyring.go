package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// keyringLimit is the time limit of a keyring. Without a desktop session, a
// keyring may block or wait for a dialog that is not visible.
const keyringLimit = 3 * time.Second

// A Keyring stores small secrets of the user who is logged in. Its methods may block
// without a time limit.
type Keyring interface {
	Get(entry string) (secret string, err error) // [fs.ErrNotExist] if there is no such entry
	Set(entry, secret string) error
	Delete(entry string) error
}

// SystemKeyring is the keyring of the operating system: the Secret Service,
// the macOS Keychain or the Windows Credential Manager.
type SystemKeyring struct{}

// service is the service name of the program's entries.
const service = "mxinvite"

// Get reads an entry.
func (SystemKeyring) Get(entry string) (string, error) {
	secret, err := keyring.Get(service, entry)
	if errors.Is(err, keyring.ErrNotFound) {
		err = fs.ErrNotExist
	}
	return secret, err
}

// Set creates or overwrites an entry.
func (SystemKeyring) Set(entry, secret string) error { return keyring.Set(service, entry, secret) }

// Delete removes an entry.
func (SystemKeyring) Delete(entry string) error { return keyring.Delete(service, entry) }

// callKeyring calls the keyring and waits for it until keyringLimit. A call
// that does not return leaves its goroutine behind.
func (v *Vault) callKeyring(parent context.Context, call func(Keyring) (string, error)) (string, error) {
	if v.opt.Keyring == nil {
		return "", ErrNoKeyring
	}
	ctx, cancel := context.WithTimeout(parent, keyringLimit)
	defer cancel()
	type answer struct {
		secret string
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		secret, err := call(v.opt.Keyring)
		answered <- answer{secret, err}
	}()
	select {
	case a := <-answered:
		if a.err != nil && !errors.Is(a.err, fs.ErrNotExist) {
			a.err = &keyringError{a.err}
		}
		return a.secret, a.err
	case <-ctx.Done():
		if err := parent.Err(); err != nil {
			return "", err
		}
		return "", fmt.Errorf("%w (it did not answer within %v)", ErrNoKeyring, keyringLimit)
	}
}

// probeKeyring reads an entry that does not exist, to see whether the keyring
// responds.
func (v *Vault) probeKeyring(ctx context.Context) error {
	_, err := v.callKeyring(ctx, func(k Keyring) (string, error) { return k.Get("probe") })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (v *Vault) keyFromKeyring(ctx context.Context, entry string) (key seal.Key, err error) {
	secret, err := v.callKeyring(ctx, func(k Keyring) (string, error) { return k.Get(entry) })
	if errors.Is(err, fs.ErrNotExist) || err == nil && key.UnmarshalText([]byte(secret)) != nil {
		err = ErrKeyGone
	}
	return key, err
}

// makeKeyring creates a key, stores it and reads it back.
func (v *Vault) makeKeyring(ctx context.Context) (keyed, error) {
	made := keyed{lock: lock{Kind: KindKeyring, Entry: rand.Text()}, key: seal.NewKey()}
	secret, err := made.key.MarshalText()
	if err != nil {
		return keyed{}, err
	}
	_, err = v.callKeyring(ctx, func(k Keyring) (string, error) {
		return "", k.Set(made.lock.Entry, string(secret))
	})
	if err != nil {
		return keyed{}, err
	}
	kept, err := v.keyFromKeyring(ctx, made.lock.Entry)
	switch {
	case errors.Is(err, ErrKeyGone), err == nil && kept != made.key:
		return keyed{}, fmt.Errorf("%w (it does not return a stored key)", ErrNoKeyring)
	case err != nil:
		return keyed{}, err
	}
	return made, nil
}

func (v *Vault) dropFromKeyring(ctx context.Context, entry string) error {
	_, err := v.callKeyring(ctx, func(k Keyring) (string, error) { return "", k.Delete(entry) })
	return err
}
