package sandbox

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" // Python's string.ascii_letters
	alnum   = letters + "0123456789"
)

// dice is chance that repeats. Every purpose has a stream of its own, so that one more sign-in does not change the
// token of the next invite and with it every golden.
type dice struct {
	seed    uint64
	streams map[string]*rand.ChaCha8
}

func newDice(seed uint64) dice {
	return dice{seed: seed, streams: map[string]*rand.ChaCha8{}}
}

func (d *dice) bytes(purpose string, n int) []byte {
	s := d.streams[purpose]
	if s == nil {
		s = rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64([]byte(purpose), d.seed)))
		d.streams[purpose] = s
	}
	b := make([]byte, n)
	_, _ = s.Read(b) // never fails
	return b
}

// pick returns n characters of an alphabet. The bias of the remainder does no harm here.
func (d *dice) pick(purpose, alphabet string, n int) string {
	b := d.bytes(purpose, n)
	for i, c := range b {
		b[i] = alphabet[int(c)%len(alphabet)]
	}
	return string(b)
}

func (d *dice) key(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(d.bytes(purpose, ed25519.SeedSize))
}

func (d *dice) number(purpose string, below uint64) uint64 {
	return binary.BigEndian.Uint64(d.bytes(purpose, 8)) % below
}
