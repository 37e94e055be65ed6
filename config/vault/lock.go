package vault

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// A lock describes how to get the key of a vault. It is stored unencrypted.
// Fields that a kind does not use are zero.
type lock struct {
	Kind     Kind     `json:"kind"`
	Salt     salt     `json:"salt,omitzero"`     // sealed, agent
	Argon2id argon2id `json:"argon2id,omitzero"` // sealed
	SSHKey   string   `json:"ssh_key,omitempty"` // agent: in the format of authorized_keys
	Entry    string   `json:"entry,omitempty"`   // keyring: name of the entry
	Key      seal.Key `json:"key,omitzero"`      // plain: the key itself
}

// keyed is a lock with its key.
type keyed struct {
	lock       lock
	key        seal.Key
	passphrase string // sealed
}

// entryName matches the results of [rand.Text].
var entryName = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// check refuses a lock that this program would not write. A modified file could
// otherwise ask for a weak key, or for a hash that takes hours.
func (l lock) check(c costs) error {
	own, whole := lock{Kind: l.Kind}, false
	switch l.Kind {
	case KindSealed:
		own.Salt, own.Argon2id = l.Salt, l.Argon2id
		whole = !l.Salt.isZero()
		if !c.allow(l.Argon2id) {
			return errors.New("the cost of its passphrase hash is outside of the allowed range")
		}
	case KindAgent:
		own.Salt, own.SSHKey = l.Salt, l.SSHKey
		_, err := parseSSHKey(l.SSHKey)
		whole = !l.Salt.isZero() && err == nil
	case KindKeyring:
		own.Entry = l.Entry
		whole = entryName.MatchString(l.Entry)
	case KindPlain:
		own.Key = l.Key
		whole = !l.Key.IsZero()
	}
	if l != own || !whole {
		return errors.New("its lock is not valid")
	}
	return nil
}

// unlock decrypts a file. It gets the key or asks for the passphrase only if
// the lock has changed since the last call.
func (v *Vault) unlock(ctx context.Context, f *file) (contents, error) {
	if f.Lock != v.known.lock {
		if f.Lock.Kind == KindSealed {
			return v.unlockSealed(ctx, f)
		}
		key, err := v.fetch(ctx, f.Lock)
		if err != nil {
			return contents{}, err
		}
		v.known = keyed{lock: f.Lock, key: key}
	}
	return v.reopen(f)
}

// reopen decrypts a file whose key is known.
func (v *Vault) reopen(f *file) (contents, error) {
	held, err := f.open(v.known.key)
	if err != nil {
		return contents{}, &DamagedError{Path: v.Path(), Err: err}
	}
	return held, nil
}

// fetch returns the key of a lock without a passphrase.
func (v *Vault) fetch(ctx context.Context, l lock) (seal.Key, error) {
	switch l.Kind {
	case KindKeyring:
		return v.keyFromKeyring(ctx, l.Entry)
	case KindAgent:
		return v.keyFromAgent(ctx, l)
	case KindPlain:
		return l.Key, nil
	default:
		return seal.Key{}, l.Kind.unknown()
	}
}

// make creates a new lock with a new key.
func (v *Vault) make(ctx context.Context, kind Kind) (keyed, error) {
	switch kind {
	case KindKeyring:
		return v.makeKeyring(ctx)
	case KindSealed:
		return v.makeSealed(ctx)
	case KindAgent:
		return v.makeAgent(ctx)
	case KindPlain:
		key := seal.NewKey()
		return keyed{lock: lock{Kind: KindPlain, Key: key}, key: key}, nil
	default:
		return keyed{}, kind.unknown()
	}
}

// discard removes the keyring entry of a lock that is no longer in use.
func (v *Vault) discard(ctx context.Context, l lock) {
	if l.Kind == KindKeyring {
		_ = v.dropFromKeyring(context.WithoutCancel(ctx), l.Entry) // the entry is of no use to an attacker
	}
}

// A salt makes the derived key different for each vault.
type salt [16]byte

func newSalt() (s salt) {
	_, _ = rand.Read(s[:]) // never fails: https://pkg.go.dev/crypto/rand#Read
	return s
}

func (s salt) isZero() bool { return s == salt{} }

func (s salt) MarshalText() ([]byte, error) {
	return base64.RawStdEncoding.AppendEncode(nil, s[:]), nil
}

func (s *salt) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != len(s) {
		return fmt.Errorf("not a salt of %d bytes", len(s))
	}
	copy(s[:], raw)
	return nil
}
