package serve

import (
	"bufio"
	"bytes"
	"crypto/dsa" //nolint:staticcheck // to refuse it
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	gossh "golang.org/x/crypto/ssh"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// Keys are the authorized keys, by their fingerprints.
type Keys map[string]Key

// A Key is one of them. Whoever holds it is one visitor.
type Key struct {
	Name        string // the comment behind it, for people who read logs
	Fingerprint string // of SHA-256, as ssh-keygen -l has it
	NoTerminal  bool   // it may run commands, but gets no screen

	public gossh.PublicKey
}

// Dir is a name for a directory of the visitor's own, in letters that every
// file system takes.
func (k Key) Dir() string {
	return strings.NewReplacer(":", "-", "/", "_", "+", "-").Replace(k.Fingerprint)
}

const (
	maxKeyFile = 1 << 20 // bytes
	minRSA     = 2048    // bits
)

// keyAlgorithms are those by which a visitor may sign.
func keyAlgorithms() []string {
	return []string{
		gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519,
		gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521, gossh.KeyAlgoSKECDSA256,
		gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512,
	}
}

// ReadKeys reads a file of authorized keys as sshd(8) describes it. A line that
// holds what we do not understand counts for nothing, for it may be meant to
// keep somebody out; what is wrong with it is among the warnings.
func ReadKeys(path string) (keys Keys, warnings []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read authorized keys: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read authorized keys: %w", err)
	}
	if len(data) > maxKeyFile {
		return nil, nil, fmt.Errorf("read authorized keys: %s is longer than %d KiB", path, maxKeyFile>>10)
	}
	keys = Keys{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxKeyFile)
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		k, err := parseKey(text)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("%s:%d lets nobody in: %v", path, n, err))
			continue
		}
		if _, ok := keys[k.Fingerprint]; ok {
			warnings = append(warnings, fmt.Sprintf("%s:%d repeats a key; the first line counts", path, n))
			continue
		}
		keys[k.Fingerprint] = k
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("read authorized keys: %w", err)
	}
	return keys, warnings, nil
}

func parseKey(text []byte) (Key, error) {
	public, comment, options, _, err := gossh.ParseAuthorizedKey(text)
	if err != nil {
		return Key{}, errors.New("it holds no key")
	}
	if _, ok := public.(*gossh.Certificate); ok {
		return Key{}, errors.New("it is a certificate, and those are not taken")
	}
	if err := strongEnough(public); err != nil {
		return Key{}, err
	}
	k := Key{Fingerprint: gossh.FingerprintSHA256(public), public: public}
	if k.Name = safetext.Line(comment); k.Name == "" {
		k.Name = "without a name"
	}
	for _, o := range options {
		switch strings.ToLower(o) {
		case "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-user-rc":
			// Nobody gets these here.
		case "restrict", "no-pty":
			k.NoTerminal = true
		case "pty":
			k.NoTerminal = false
		default:
			name, _, _ := strings.Cut(o, "=")
			return Key{}, fmt.Errorf("it has the option %q, which would not be obeyed", safetext.Line(name))
		}
	}
	return k, nil
}

// strongEnough refuses keys that others may be able to find out.
func strongEnough(public gossh.PublicKey) error {
	crypto, ok := public.(gossh.CryptoPublicKey)
	if !ok {
		return nil // one that lives in a security key
	}
	if k, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && k.N.BitLen() < minRSA {
		return fmt.Errorf("its RSA key has %d bits; it takes %d", k.N.BitLen(), minRSA)
	}
	if _, ok := crypto.CryptoPublicKey().(*dsa.PublicKey); ok {
		return errors.New("it is a DSA key, and those are not safe any more")
	}
	return nil
}
