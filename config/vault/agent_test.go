package vault

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"filippo.io/edwards25519"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// sshAgent is an ssh-agent that serves keys over connections in memory.
type sshAgent struct {
	agent.Agent
	sign func(ssh.PublicKey, []byte) (*ssh.Signature, error) // replaces the agent's Sign, if not nil
}

func newSSHKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAgent(t *testing.T, keys ...any) *sshAgent {
	t.Helper()
	a := &sshAgent{Agent: agent.NewKeyring()}
	for _, key := range keys {
		if err := a.Add(agent.AddedKey{PrivateKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (a *sshAgent) Sign(key ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	if a.sign != nil {
		return a.sign(key, data)
	}
	return a.Agent.Sign(key, data)
}

func (a *sshAgent) dial(context.Context) (io.ReadWriteCloser, error) {
	here, there := net.Pipe()
	go func() {
		_ = agent.ServeAgent(a, there) // until the client disconnects
		_ = there.Close()
	}()
	return here, nil
}

func fingerprint(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	pub, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return ssh.FingerprintSHA256(pub)
}

func TestSeveralAgentKeysRequireAChoice(t *testing.T) {
	one, two := newSSHKey(t), newSSHKey(t)
	w := newWorld(t, KindAgent)
	w.Agent = newAgent(t, one, two).dial
	err := w.start(t).Save(t.Context(), ada, nil)
	if !errors.Is(err, ErrNoAgent) || !strings.Contains(err.Error(), fingerprint(t, one)) || !strings.Contains(err.Error(), fingerprint(t, two)) {
		t.Errorf("two keys: %v", err)
	}
	w.AgentKey = fingerprint(t, two)
	save(t, w.start(t), ada, secret)

	w.AgentKey = "" // the existing vault says which key it needs
	wantHeld(t, w.start(t), ada, secret)
	w.Agent = newAgent(t, one).dial
	if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, ErrNoAgent) || !strings.Contains(err.Error(), fingerprint(t, two)) {
		t.Errorf("the wrong key: %v", err)
	}
}

func TestAgentKeysOfOtherTypesAreRefused(t *testing.T) {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certified := newAgent(t)
	if err := certified.Add(certificate(t)); err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*sshAgent{"none": newAgent(t), "ECDSA": newAgent(t, p256), "certificate": certified} {
		w := newWorld(t, KindAgent)
		w.Agent = a.dial
		if err := w.start(t).Save(t.Context(), ada, nil); !errors.Is(err, ErrNoAgent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func certificate(t *testing.T) agent.AddedKey {
	t.Helper()
	key := newSSHKey(t)
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := &ssh.Certificate{Key: signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"ada"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	return agent.AddedKey{PrivateKey: key, Certificate: cert}
}

func TestAgentSignatureIsVerified(t *testing.T) {
	key := newSSHKey(t)
	genuine := newAgent(t, key)
	for name, sign := range map[string]func(ssh.PublicKey, []byte) (*ssh.Signature, error){
		"refused":       func(ssh.PublicKey, []byte) (*ssh.Signature, error) { return nil, errors.New("no") },
		"other message": func(k ssh.PublicKey, _ []byte) (*ssh.Signature, error) { return genuine.Agent.Sign(k, nil) },
		"other type":    func(ssh.PublicKey, []byte) (*ssh.Signature, error) { return &ssh.Signature{Format: "ssh-rsa"}, nil },
		"empty signature": func(ssh.PublicKey, []byte) (*ssh.Signature, error) {
			return &ssh.Signature{Format: ssh.KeyAlgoED25519}, nil
		},
	} {
		w := newWorld(t, KindAgent)
		w.Agent = genuine.dial
		save(t, w.start(t), ada, secret)
		w.Agent = (&sshAgent{genuine.Agent, sign}).dial
		v := w.start(t)
		before := read(t, v.Path())
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, ErrNoAgent) {
			t.Errorf("%s: loaded: %v", name, err)
		}
		if err := v.Save(t.Context(), grace, nil); !errors.Is(err, ErrNoAgent) || string(before) != string(read(t, v.Path())) {
			t.Errorf("%s: saved: %v", name, err)
		}
	}
}

// A challenge differs from those for other purposes and for other vaults.
func TestChallengeDependsOnTheSalt(t *testing.T) {
	one, two := challenge(newSalt()), challenge(newSalt())
	if string(one) == string(two) || !strings.HasPrefix(string(one), "SSHSIG\x00\x00\x00\x0evault@mxinvite\x00\x00\x00\x00\x00\x00\x00\x06sha512\x00\x00\x00\x40") {
		t.Errorf("%q", one)
	}
}

func TestAbsentAgentIsNotReportedAsMissingVault(t *testing.T) {
	w := newWorld(t, KindAgent)
	w.Agent = newAgent(t, newSSHKey(t)).dial
	save(t, w.start(t), ada, secret)
	for name, dial := range map[string]DialAgent{"none": nil, "no socket": AgentAt(filepath.Join(t.TempDir(), "none"))} {
		w.Agent = dial
		v := w.start(t)
		if _, err := v.Load(t.Context(), ada); !errors.Is(err, ErrNoAgent) || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: loaded: %v", name, err)
		}
		if err := v.Save(t.Context(), grace, nil); !errors.Is(err, ErrNoAgent) {
			t.Errorf("%s: saved: %v", name, err)
		}
	}
}

func TestAgentThatDoesNotRespondTimesOut(t *testing.T) {
	w := newWorld(t, KindAgent)
	genuine := newAgent(t, newSSHKey(t))
	w.Agent = genuine.dial
	save(t, w.start(t), ada, secret)
	synctest.Test(t, func(t *testing.T) {
		_, mute := net.Pipe()
		w.Agent = func(context.Context) (io.ReadWriteCloser, error) { return mute, nil }
		if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, ErrNoAgent) {
			t.Errorf("the error has no reason: %v", err)
		}

		gone := make(chan struct{})
		defer close(gone)
		w.Agent = (&sshAgent{genuine.Agent, func(ssh.PublicKey, []byte) (*ssh.Signature, error) {
			<-gone
			return nil, errors.New("too late")
		}}).dial
		if _, err := w.start(t).Load(t.Context(), ada); !errors.Is(err, ErrNoAgent) {
			t.Errorf("does not sign: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), signLimit/2)
		defer cancel()
		if _, err := w.start(t).Load(ctx, ada); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNoAgent) {
			t.Errorf("the end of the context is not reported as such: %v", err)
		}
	})
}

func TestAgentAtConnectsToASocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip("no such sockets here:", err)
	}
	defer l.Close()
	a := newAgent(t, newSSHKey(t))
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(a, conn) }()
		}
	}()
	w := newWorld(t, KindAgent)
	w.Agent = AgentAt(socket)
	save(t, w.start(t), ada, secret)
	wantHeld(t, w.start(t), ada, secret)
}

// signWithRandomNonce signs as RFC 8032 does, but with a random nonce.
func signWithRandomNonce(key ed25519.PrivateKey, data []byte) []byte {
	digest := sha512.Sum512(key.Seed())
	s, _ := edwards25519.NewScalar().SetBytesWithClamping(digest[:32])
	var drawn [64]byte
	_, _ = rand.Read(drawn[:])
	r, _ := edwards25519.NewScalar().SetUniformBytes(drawn[:])
	point := new(edwards25519.Point).ScalarBaseMult(r).Bytes()
	hash := sha512.Sum512(slices.Concat(point, key.Public().(ed25519.PublicKey), data))
	k, _ := edwards25519.NewScalar().SetUniformBytes(hash[:])
	return append(point, k.MultiplyAdd(k, s, r).Bytes()...)
}

func TestAgentWithRandomSignaturesIsRefused(t *testing.T) {
	// A valid Ed25519 signature, but not deterministic as in RFC 8032: its
	// nonce is random.
	key := newSSHKey(t)
	a := newAgent(t, key)
	a.sign = func(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
		return &ssh.Signature{Format: ssh.KeyAlgoED25519, Blob: signWithRandomNonce(key, data)}, nil
	}
	w := newWorld(t, KindAgent)
	w.Agent = a.dial
	if err := w.start(t).Save(t.Context(), ada, nil); !errors.Is(err, ErrNoAgent) || !strings.Contains(err.Error(), "its signatures differ") {
		t.Errorf("got %v", err)
	}
}
