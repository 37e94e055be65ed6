package network

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Alphabets for [Random.Pick].
const (
	Letters      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" // Python's string.ascii_letters
	Alphanumeric = Letters + "0123456789"
)

// Random generates the same values for the same seed. Each purpose has a separate sequence of values, so that, for
// example, another sign-in does not change the tokens of later invites.
type Random struct {
	Seed    uint64
	streams map[string]*rand.ChaCha8
}

func newRandom(seed uint64) Random {
	return Random{Seed: seed, streams: map[string]*rand.ChaCha8{}}
}

func (r *Random) bytes(purpose string, n int) []byte {
	s := r.streams[purpose]
	if s == nil {
		s = rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64([]byte(purpose), r.Seed)))
		r.streams[purpose] = s
	}
	b := make([]byte, n)
	_, _ = s.Read(b) // never fails
	return b
}

// Pick returns n characters of an alphabet. They are not uniformly distributed, which does not matter here.
func (r *Random) Pick(purpose, alphabet string, n int) string {
	b := r.bytes(purpose, n)
	for i, c := range b {
		b[i] = alphabet[int(c)%len(alphabet)]
	}
	return string(b)
}

// Key returns an ed25519 key.
func (r *Random) Key(purpose string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(r.bytes(purpose, ed25519.SeedSize))
}

// Number returns a number from 0 to below-1.
func (r *Random) Number(purpose string, below uint64) uint64 {
	return binary.BigEndian.Uint64(r.bytes(purpose, 8)) % below
}
