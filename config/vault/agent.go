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
	// agentLimit is the time that an agent has to list its keys.
	agentLimit = 3 * time.Second
	// signLimit is the time that it has to sign. Some agents ask the user
	// first.
	signLimit = 30 * time.Second
	// agentPurpose is part of the signed message and of the derivation of the
	// key, so that neither can be used for another purpose.
	agentPurpose = "vault@mxinvite"
)

// A DialAgent connects to an ssh-agent. The vault closes the connection after
// each use, and when the agent does not respond in time.
type DialAgent func(context.Context) (io.ReadWriteCloser, error)

// AgentAt returns a DialAgent for the Unix socket in SSH_AUTH_SOCK.
func AgentAt(socket string) DialAgent {
	return func(ctx context.Context) (io.ReadWriteCloser, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
}

// makeAgent creates the lock of a new vault of [KindAgent].
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
	// Ed25519 signatures are deterministic (RFC 8032), but some devices do not
	// keep to that. The vault could not be opened again with such a key.
	again, err := v.keyFromAgent(ctx, l)
	switch {
	case err != nil:
		return keyed{}, err
	case again != key:
		return keyed{}, fmt.Errorf("%w: its signatures differ for the same message", ErrAgentUnsuited)
	}
	return keyed{lock: l, key: key}, nil
}

// chooseSSHKey returns the key in [Options.AgentKey], or the only key of the
// agent.
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
		wanted := cmp.Or(v.opt.AgentKey, "certificates and keys on hardware tokens cannot be used")
		return nil, fmt.Errorf("%w (%s)", ErrAgentUnsuited, wanted)
	case 1:
		return pub, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrAgentKeyChoice, strings.Join(found, ", "))
}

// sshKeys lists the Ed25519 keys in the agent, without certificates and keys on
// hardware tokens. Certificates expire, and tokens sign a counter as well, so
// their signatures are never the same.
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

// parseSSHKey parses an Ed25519 key in the format of authorized_keys, without
// options and comment.
func parseSSHKey(text string) (ssh.PublicKey, error) {
	pub, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil || pub.Type() != ssh.KeyAlgoED25519 || string(ssh.MarshalAuthorizedKey(pub)) != text+"\n" {
		return nil, errors.New("not an Ed25519 key")
	}
	return pub, nil
}

// keyFromAgent derives the key of a lock from a signature of the agent.
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
		return key, fmt.Errorf("%w, %s", ErrAgentLacksKey, ssh.FingerprintSHA256(pub))
	}
	message := challenge(l.Salt)
	var sig *ssh.Signature
	refused := false
	err = v.withAgent(ctx, signLimit, func(a agent.Agent) (err error) {
		sig, err = a.Sign(pub, message)
		refused = err != nil && strings.HasPrefix(err.Error(), "agent: failed to sign") // the library has no type for it
		return err
	})
	switch {
	case refused:
		return key, fmt.Errorf("%w, %s: it refused", ErrAgentRefused, ssh.FingerprintSHA256(pub))
	case err != nil:
		return key, err
	}
	if sig.Format != ssh.KeyAlgoED25519 || pub.Verify(message, sig) != nil {
		return key, fmt.Errorf("%w, %s: the signature is not valid", ErrAgentRefused, ssh.FingerprintSHA256(pub))
	}
	derived, err := hkdf.Key(sha256.New, sig.Blob, l.Salt[:], agentPurpose, seal.KeySize)
	copy(key[:], derived)
	return key, err
}

// challenge returns the message for the agent to sign, in the SSHSIG format,
// which binds a signature to its purpose
// (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig).
func challenge(s salt) []byte {
	hash := sha512.Sum512(s[:])
	return append([]byte("SSHSIG"), ssh.Marshal(struct{ Namespace, Reserved, HashAlgorithm, Hash string }{
		agentPurpose, "", "sha512", string(hash[:]),
	})...)
}

// withAgent connects to the agent and calls talk. It returns after the limit at
// the latest.
func (v *Vault) withAgent(parent context.Context, limit time.Duration, talk func(agent.Agent) error) error {
	if v.opt.Agent == nil {
		return fmt.Errorf("%w: no agent is configured", ErrNoAgent)
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
	return fmt.Errorf("%w: %w", ErrNoAgent, hideNotExist(err))
}
