package vault

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// tries is how often somebody may mistype the passphrase.
const tries = 3

// argon2id is what it costs to try a passphrase
// (https://datatracker.ietf.org/doc/html/rfc9106).
type argon2id struct {
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

// costs are what a new lock takes, and the least and the most that a file may
// ask for: it may be of an attacker's making.
type costs struct{ now, least, most argon2id }

// today is RFC 9106's choice for machines that have little memory to spare,
// between the least that anybody recommends and what any machine can bear.
var today = costs{
	now:   argon2id{Time: 3, Memory: 64 << 10, Threads: 4},
	least: argon2id{Time: 2, Memory: 19 << 10, Threads: 1},
	most:  argon2id{Time: 16, Memory: 512 << 10, Threads: 16},
}

func (c costs) allow(p argon2id) bool {
	return c.least.Time <= p.Time && p.Time <= c.most.Time &&
		c.least.Memory <= p.Memory && p.Memory <= c.most.Memory &&
		c.least.Threads <= p.Threads && p.Threads <= c.most.Threads
}

// outdated reports whether a lock costs an attacker less than a new one. Threads
// do not count: they share the work.
func (c costs) outdated(p argon2id) bool {
	return p.Memory < c.now.Memory || uint64(p.Memory)*uint64(p.Time) < uint64(c.now.Memory)*uint64(c.now.Time)
}

func (p argon2id) key(passphrase string, s salt) (k seal.Key) {
	copy(k[:], argon2.IDKey([]byte(passphrase), s[:], p.Time, p.Memory, p.Threads, seal.KeySize))
	return k
}

// sealWith makes a new lock for a passphrase.
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
		return keyed{}, fmt.Errorf("ask for a new passphrase: %w", apart(err))
	case passphrase == "":
		return keyed{}, errEmpty
	}
	return v.sealWith(passphrase), nil
}

// unlockSealed tries the passphrase that is known, for another program may have
// renewed the lock, and then asks.
func (v *Vault) unlockSealed(ctx context.Context, f *file) (contents, error) {
	if held, err := v.try(f, v.known.passphrase); !errors.Is(err, ErrPassphrase) {
		return held, err
	}
	if v.opt.Passphrase == nil {
		return nil, ErrLocked
	}
	why := Unlock
	for range tries {
		passphrase, err := v.opt.Passphrase(ctx, why)
		if err != nil {
			return nil, fmt.Errorf("ask for the passphrase: %w", apart(err))
		}
		if held, err := v.try(f, passphrase); !errors.Is(err, ErrPassphrase) {
			return held, err
		}
		why = Again
	}
	return nil, ErrPassphrase
}

// try opens a file with a passphrase, and remembers one that fits.
func (v *Vault) try(f *file, passphrase string) (contents, error) {
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	k := keyed{lock: f.Lock, key: f.Lock.Argon2id.key(passphrase, f.Lock.Salt), passphrase: passphrase}
	held, err := f.open(k.key)
	switch {
	case errors.Is(err, seal.ErrSealed):
		return nil, ErrPassphrase
	case err != nil:
		return nil, &DamagedError{Path: v.Path(), Err: err}
	}
	v.known = k
	return held, nil
}
