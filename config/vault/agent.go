package vault

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/mxinvite/mxinvite/internal/seal"
)

const (
	// agentLimit is how long an agent may take to say which keys it holds.
	agentLimit = 3 * time.Second
	// signLimit is how long it may take to sign, for which some ask a person.
	signLimit = 30 * time.Second
	// agentPurpose is in what is signed and in the key, so that neither serves
	// for anything else.
	agentPurpose = "vault@mxinvite"
)

// A DialAgent reaches an ssh-agent. The connection is closed after each use, or
// when the agent takes too long.
type DialAgent func(context.Context) (io.ReadWriteCloser, error)

// AgentAt reaches the agent at a socket, as SSH_AUTH_SOCK names it.
func AgentAt(socket string) DialAgent {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
}

// makeAgent chooses the SSH key for a new vault.
func (v *Vault) makeAgent(ctx context.Context) (keyed, error) {
	pub, err := v.chooseSSHKey(ctx)
	if err != nil {
		return keyed{}, err
	}
	authorized := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub)))
	l := lock{Kind: KindAgent, Salt: newSalt(), SSHKey: authorized}
	key, err := v.keyFromAgent(ctx, l)
	if err != nil {
		return keyed{}, err
	}
	// Ed25519 signs the same in the same way (RFC 8032), but not every device
	// keeps to that, and what cannot be signed again could not be opened again.
	again, err := v.keyFromAgent(ctx, l)
	switch {
	case err != nil:
		return keyed{}, err
	case again != key:
		return keyed{}, fmt.Errorf("%w: it signs the same in another way each time", ErrNoAgent)
	}
	return keyed{lock: l, key: key}, nil
}

// chooseSSHKey returns the key that the options name, or the only one there is.
func (v *Vault) chooseSSHKey(ctx context.Context) (pub ssh.PublicKey, err error) {
	held, err := v.sshKeys(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, k := range held {
		fingerprint := ssh.FingerprintSHA256(k)
		if v.opt.AgentKey == "" || v.opt.AgentKey == fingerprint {
			pub, found = k, append(found, fingerprint)
		}
	}
	switch len(found) {
	case 0:
		wanted := cmp.Or(v.opt.AgentKey, "no certificate and on no token")
		return nil, fmt.Errorf("%w: it holds no Ed25519 key (%s)", ErrNoAgent, wanted)
	case 1:
		return pub, nil
	}
	return nil, fmt.Errorf("%w: it has to be said which of its Ed25519 keys to use: %s", ErrNoAgent, strings.Join(found, ", "))
}

// sshKeys lists the Ed25519 keys in the agent. Certificates and keys on tokens
// are of other types: the ones expire, and the others count what they sign.
func (v *Vault) sshKeys(ctx context.Context) (held []ssh.PublicKey, err error) {
	err = v.withAgent(ctx, agentLimit, func(a agent.Agent) error {
		keys, err := a.List()
		for _, k := range keys {
			if pub, err := ssh.ParsePublicKey(k.Blob); err == nil && pub.Type() == ssh.KeyAlgoED25519 {
				held = append(held, pub)
			}
		}
		return err
	})
	return held, err
}

// parseSSHKey reads an Ed25519 key as it stands in authorized_keys, without
// anything else.
func parseSSHKey(text string) (ssh.PublicKey, error) {
	pub, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil || pub.Type() != ssh.KeyAlgoED25519 || string(ssh.MarshalAuthorizedKey(pub)) != text+"\n" {
		return nil, errors.New("not an Ed25519 key")
	}
	return pub, nil
}

// keyFromAgent makes the key of a lock from what the agent signs.
func (v *Vault) keyFromAgent(ctx context.Context, l lock) (key seal.Key, err error) {
	pub, err := parseSSHKey(l.SSHKey)
	if err != nil {
		return key, err
	}
	held, err := v.sshKeys(ctx)
	if err != nil {
		return key, err
	}
	same := func(k ssh.PublicKey) bool { return bytes.Equal(k.Marshal(), pub.Marshal()) }
	if !slices.ContainsFunc(held, same) {
		return key, fmt.Errorf("%w: it does not hold %s", ErrNoAgent, ssh.FingerprintSHA256(pub))
	}
	question := challenge(l.Salt)
	var sig *ssh.Signature
	err = v.withAgent(ctx, signLimit, func(a agent.Agent) (err error) {
		sig, err = a.Sign(pub, question)
		return err
	})
	if err != nil {
		return key, err
	}
	if sig.Format != ssh.KeyAlgoED25519 || pub.Verify(question, sig) != nil {
		return key, fmt.Errorf("%w: what it signed is not signed by %s", ErrNoAgent, ssh.FingerprintSHA256(pub))
	}
	derived, err := hkdf.Key(sha256.New, sig.Blob, l.Salt[:], agentPurpose, seal.KeySize)
	copy(key[:], derived)
	return key, err
}

// challenge is what the agent signs: a message in the frame that keeps the
// signatures of SSH for one purpose from being taken for another's
// (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig).
func challenge(s salt) []byte {
	hash := sha512.Sum512(s[:])
	return append([]byte("SSHSIG"), ssh.Marshal(struct{ Namespace, Reserved, HashAlgorithm, Hash string }{
		agentPurpose, "", "sha512", string(hash[:]),
	})...)
}

// withAgent talks to the agent for no longer than a limit.
func (v *Vault) withAgent(parent context.Context, limit time.Duration, talk func(agent.Agent) error) error {
	if v.opt.Agent == nil {
		return fmt.Errorf("%w: there is none", ErrNoAgent)
	}
	ctx, cancel := context.WithTimeout(parent, limit)
	defer cancel()
	conn, err := v.opt.Agent(ctx)
	if err == nil {
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
		err = talk(agent.NewClient(conn))
	}
	switch {
	case err == nil:
		return nil
	case parent.Err() != nil:
		return parent.Err()
	case ctx.Err() != nil:
		return fmt.Errorf("%w: it did not answer within %v", ErrNoAgent, limit)
	}
	return fmt.Errorf("%w: %w", ErrNoAgent, apart(err))
}
