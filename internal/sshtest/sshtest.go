// Package sshtest is what tests need that come in over SSH: keys, and a place for
// what they see.
package sshtest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// NewPrivateKey makes a key that can be saved.
func NewPrivateKey(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return private
}

// NewKey makes a visitor's key, or a server's.
func NewKey(tb testing.TB) ssh.Signer {
	tb.Helper()
	key, err := ssh.NewSignerFromKey(NewPrivateKey(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// KeyLine is the line of a key in a file of authorized keys.
func KeyLine(key ssh.Signer, comment string) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey()))) + " " + comment
}

// A Buffer is a buffer for several goroutines.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// Until waits for a text and returns all that is there by then.
func (b *Buffer) Until(tb testing.TB, text string) string {
	tb.Helper()
	got := ""
	if !Await(func() bool { got = b.String(); return strings.Contains(got, text) }) {
		tb.Fatalf("%q did not appear in %q", text, got)
	}
	return got
}

// Await waits until a condition holds, for as long as a slow machine may need, and
// reports whether it does. It is for other processes, which no synctest bubble holds.
func Await(holds func() bool) bool {
	const every, most = 5 * time.Millisecond, 20 * time.Second
	for range most / every {
		if holds() {
			return true
		}
		time.Sleep(every)
	}
	return false
}
