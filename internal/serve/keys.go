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

// Keys are the authorized keys, by fingerprint.
type Keys map[string]Key

// A Key is an authorized key. It identifies a visitor.
type Key struct {
	Name        string // the comment of the line, for logs
	Fingerprint string // SHA-256, as printed by ssh-keygen -l
	NoTerminal  bool   // the key may run commands, but gets no screen

	public gossh.PublicKey
}

// Dir returns a directory name for the visitor that is valid on all file
// systems.
func (k Key) Dir() string {
	return strings.NewReplacer(":", "-", "/", "_", "+", "-").Replace(k.Fingerprint)
}

const (
	maxKeyFile = 1 << 20 // bytes
	minRSA     = 2048    // bits
)

// keyAlgorithms are the accepted signature algorithms.
func keyAlgorithms() []string {
	return []string{
		gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519,
		gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521, gossh.KeyAlgoSKECDSA256,
		gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512,
	}
}

// ErrNoKeys says that a file has no key that can be used. It may have been truncated
// or only be half written, so this is an error unless it has the line "# none".
var ErrNoKeys = errors.New(`it has no key; if no visitor is to be let in, add the line "# none"`)

// ReadKeys reads an authorized_keys file in the format of sshd(8). A line with
// an unknown option is ignored, since the option may be a restriction. For each
// ignored line there is a warning, also if there is an error.
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
	none := false
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxKeyFile)
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || text[0] == '#' {
			none = none || strings.EqualFold(string(bytes.TrimSpace(bytes.TrimLeft(text, "#"))), "none")
			continue
		}
		k, err := parseKey(text)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("%s:%d is ignored: %v", path, n, err))
			continue
		}
		if _, ok := keys[k.Fingerprint]; ok {
			warnings = append(warnings, fmt.Sprintf("%s:%d is ignored: the key is already on another line", path, n))
			continue
		}
		keys[k.Fingerprint] = k
	}
	if err := lines.Err(); err != nil {
		return nil, warnings, fmt.Errorf("read authorized keys: %w", err)
	}
	if len(keys) == 0 && !none {
		return nil, warnings, fmt.Errorf("read authorized keys: %s: %w", path, ErrNoKeys)
	}
	return keys, warnings, nil
}

func parseKey(text []byte) (Key, error) {
	public, comment, options, _, err := gossh.ParseAuthorizedKey(text)
	if err != nil {
		return Key{}, errors.New("it is not a public key")
	}
	if _, ok := public.(*gossh.Certificate); ok {
		return Key{}, errors.New("certificates are not supported")
	}
	if err := strongEnough(public); err != nil {
		return Key{}, err
	}
	k := Key{Fingerprint: gossh.FingerprintSHA256(public), public: public}
	if k.Name = safetext.Line(comment); k.Name == "" {
		k.Name = "(no comment)"
	}
	for _, o := range options {
		switch strings.ToLower(o) {
		case "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-user-rc":
			// No visitor gets these.
		case "restrict", "no-pty":
			k.NoTerminal = true
		case "pty":
			k.NoTerminal = false
		default:
			name, _, _ := strings.Cut(o, "=")
			return Key{}, fmt.Errorf("the option %q is not supported", safetext.Line(name))
		}
	}
	return k, nil
}

// strongEnough refuses keys that are too weak.
func strongEnough(public gossh.PublicKey) error {
	crypto, ok := public.(gossh.CryptoPublicKey)
	if !ok {
		return nil // of a hardware security key
	}
	if k, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && k.N.BitLen() < minRSA {
		return fmt.Errorf("its RSA key has %d bits; at least %d are required", k.N.BitLen(), minRSA)
	}
	if _, ok := crypto.CryptoPublicKey().(*dsa.PublicKey); ok {
		return errors.New("DSA keys are not supported")
	}
	return nil
}
