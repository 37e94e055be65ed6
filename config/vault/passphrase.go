package vault

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// tries is how often the user may type the passphrase.
const tries = 3

// argon2id are the parameters of the passphrase hash
// (https://datatracker.ietf.org/doc/html/rfc9106).
type argon2id struct {
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// costs are the parameters for new locks, and the smallest and largest values
// that are accepted from a file, which an attacker may have written.
type costs struct{ now, least, most argon2id }

// defaultCosts are the values of RFC 9106 for machines with little memory. The
// minimum is OWASP's smallest recommendation.
var defaultCosts = costs{
	now:   argon2id{Time: 3, Memory: 64 << 10, Threads: 4},
	least: argon2id{Time: 2, Memory: 19 << 10, Threads: 1},
	most:  argon2id{Time: 16, Memory: 512 << 10, Threads: 16},
}

func (c costs) allow(p argon2id) bool {
	return c.least.Time <= p.Time && p.Time <= c.most.Time &&
		c.least.Memory <= p.Memory && p.Memory <= c.most.Memory &&
		c.least.Threads <= p.Threads && p.Threads <= c.most.Threads
}

// outdated reports whether passphrases are cheaper to try with p than with the
// parameters of new locks. Threads share the work, so they do not count.
func (c costs) outdated(p argon2id) bool {
	return p.Memory < c.now.Memory || uint64(p.Memory)*uint64(p.Time) < uint64(c.now.Memory)*uint64(c.now.Time)
}

func (p argon2id) key(passphrase string, s salt) (k seal.Key) {
	copy(k[:], argon2.IDKey([]byte(passphrase), s[:], p.Time, p.Memory, p.Threads, seal.KeySize))
	return k
}

// sealWith creates a new lock with a passphrase.
func (v *Vault) sealWith(passphrase string) keyed {
	l := lock{Kind: KindSealed, Salt: newSalt(), Argon2id: v.costs.now}
	return keyed{lock: l, key: l.Argon2id.key(passphrase, l.Salt), passphrase: passphrase}
}

var errEmpty = errors.New("the passphrase is empty")

func (v *Vault) makeSealed(ctx context.Context) (keyed, error) {
	if v.opt.Passphrase == nil {
		return keyed{}, ErrLocked
	}
	passphrase, err := v.opt.Passphrase(ctx, New)
	switch {
	case err != nil:
		return keyed{}, fmt.Errorf("ask for a new passphrase: %w", hideNotExist(err))
	case passphrase == "":
		return keyed{}, errEmpty
	}
	return v.sealWith(passphrase), nil
}

// unlockSealed tries the known passphrase first, since another program may have
// renewed the lock, and then asks for it.
func (v *Vault) unlockSealed(ctx context.Context, f *file) (contents, error) {
	if held, err := v.try(f, v.known.passphrase); !errors.Is(err, ErrPassphrase) {
		return held, err
	}
	if v.opt.Passphrase == nil {
		return contents{}, ErrLocked
	}
	why := Unlock
	for range tries {
		passphrase, err := v.opt.Passphrase(ctx, why)
		if err != nil {
			return contents{}, fmt.Errorf("ask for the passphrase: %w", hideNotExist(err))
		}
		if held, err := v.try(f, passphrase); !errors.Is(err, ErrPassphrase) {
			return held, err
		}
		why = Again
	}
	return contents{}, ErrPassphrase
}

// try decrypts a file with a passphrase and remembers the passphrase if it is
// right.
func (v *Vault) try(f *file, passphrase string) (contents, error) {
	if passphrase == "" {
		return contents{}, ErrPassphrase
	}
	k := keyed{lock: f.Lock, key: f.Lock.Argon2id.key(passphrase, f.Lock.Salt), passphrase: passphrase}
	held, err := f.open(k.key)
	switch {
	case errors.Is(err, seal.ErrSealed):
		return contents{}, ErrPassphrase
	case err != nil:
		return contents{}, &DamagedError{Path: v.Path(), Err: err}
	}
	v.known = k
	return held, nil
}
