// Package sshtest has keys, buffers and screens for tests over SSH.
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

// NewPrivateKey returns a new Ed25519 private key, which can be saved.
func NewPrivateKey(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return private
}

// NewKey returns a new key of a visitor or a server.
func NewKey(tb testing.TB) ssh.Signer {
	tb.Helper()
	key, err := ssh.NewSignerFromKey(NewPrivateKey(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// KeyLine returns a line for an authorized_keys file.
func KeyLine(key ssh.Signer, comment string) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey()))) + " " + comment
}

// A Buffer is a buffer that is safe for concurrent use.
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

// Until waits for a text and returns the whole content of the buffer.
func (b *Buffer) Until(tb testing.TB, text string) string {
	tb.Helper()
	got := ""
	if !Await(func() bool { got = b.String(); return strings.Contains(got, text) }) {
		tb.Fatalf("%q did not appear in %q", text, got)
	}
	return got
}

// Await waits until a condition is true and reports whether it became true. It
// uses real time and is for child processes, which cannot be in a synctest
// bubble.
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
