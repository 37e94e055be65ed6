package vault

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// A vault file consists of two lines of text and the encrypted secrets:
//
//	mxinvite vault 1 SUM
//	{"lock":{…},"accounts":[{…},…]}
//	the encrypted secrets, in the order of the accounts
//
// A file with named secrets has version 2. Its second line also has "secrets":["…",…],
// and their values follow those of the accounts. Other files have version 1, which
// older programs can read.
//
// SUM is the hex SHA-256 of the first line up to it and of the rest of the
// file. It tells damage from a wrong passphrase before a passphrase is asked
// for, and does not protect against an attacker. That is the task of the
// encryption, which authenticates both lines. All later versions must keep the
// first line.
const (
	magic              = "mxinvite vault "
	version            = 1
	versionWithSecrets = 2
	// maxFile is the limit of the file's size in bytes.
	maxFile = 1 << 20
)

// A Name identifies an account. It is stored unencrypted.
type Name struct {
	UserID     string `json:"user_id"`
	Homeserver string `json:"homeserver"` // base URL
}

func (n Name) compare(m Name) int {
	return cmp.Or(strings.Compare(n.UserID, m.UserID), strings.Compare(n.Homeserver, m.Homeserver))
}

// check returns an error for a name that is empty, too long or would not
// survive JSON.
func (n Name) check() error {
	for _, part := range []string{n.UserID, n.Homeserver} {
		if part == "" || len(part) > 2048 || !utf8.ValidString(part) || strings.ContainsFunc(part, unicode.IsControl) {
			return errors.New("an account needs a Matrix ID and a homeserver")
		}
	}
	return nil
}

// contents are the secrets of accounts, and the other secrets by name.
type contents struct {
	sessions map[Name][]byte
	secrets  map[string][]byte
}

func noContents() contents { return contents{map[Name][]byte{}, map[string][]byte{}} }

// head is the unencrypted part of the file.
type head struct {
	Lock     lock     `json:"lock"`
	Accounts []Name   `json:"accounts"`
	Secrets  []string `json:"secrets,omitempty"`
}

// version returns the version of a file with this head.
func (h head) version() int {
	if len(h.Secrets) > 0 {
		return versionWithSecrets
	}
	return version
}

// A file is a parsed vault file whose secrets are still encrypted.
type file struct {
	head
	place  string // additional data of the encryption
	sealed []byte
}

// newer is an unknown format version, as an error.
type newer int

func (n newer) Error() string { return fmt.Sprintf("format %d is not supported", int(n)) }

// parse parses a vault file. Its errors do not quote the file.
func parse(data []byte, c costs) (*file, error) {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	number, sum, _ := strings.Cut(strings.TrimPrefix(string(first), magic), " ")
	n, err := strconv.Atoi(number)
	if err != nil || string(first) != firstLine(n, rest) || sum == "" || len(data) > maxFile {
		return nil, errors.New("it is not a vault, or it is incomplete")
	}
	if n != version && n != versionWithSecrets {
		return nil, newer(n)
	}
	text, sealed, _ := bytes.Cut(rest, []byte("\n"))
	f := &file{place: place(n, text), sealed: sealed}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f.head); err != nil {
		return nil, errors.New("its header is not valid")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("its header is followed by other data")
	}
	for i, name := range f.Accounts {
		if name.check() != nil || i > 0 && f.Accounts[i-1].compare(name) >= 0 {
			return nil, errors.New("its list of accounts is not valid")
		}
	}
	for i, name := range f.Secrets {
		if checkSecretName(name) != nil || i > 0 && f.Secrets[i-1] >= name {
			return nil, errors.New("its list of secrets is not valid")
		}
	}
	if f.version() != n {
		return nil, errors.New("its version is not that of its contents")
	}
	if err := f.Lock.check(c); err != nil {
		return nil, err
	}
	return f, nil
}

func firstLine(n int, rest []byte) string {
	start := magic + strconv.Itoa(n)
	h := sha256.New()
	h.Write([]byte(start + "\n"))
	h.Write(rest)
	return start + " " + hex.EncodeToString(h.Sum(nil))
}

func place(n int, head []byte) string { return magic + strconv.Itoa(n) + "\n" + string(head) }

// open decrypts the secrets.
func (f *file) open(k seal.Key) (contents, error) {
	plain, err := k.Open(f.place, f.sealed)
	if err != nil {
		return contents{}, err
	}
	var values [][]byte
	if err := json.Unmarshal(plain, &values); err != nil || len(values) != len(f.Accounts)+len(f.Secrets) {
		return contents{}, errors.New("its secrets do not match its accounts")
	}
	held := noContents()
	for i, name := range f.Accounts {
		held.sessions[name] = values[i]
	}
	for i, name := range f.Secrets {
		held.secrets[name] = values[len(f.Accounts)+i]
	}
	return held, nil
}

// format returns the contents of a vault file.
func format(k keyed, held contents) ([]byte, error) {
	h := head{Lock: k.lock, Accounts: slices.SortedFunc(maps.Keys(held.sessions), Name.compare), Secrets: slices.Sorted(maps.Keys(held.secrets))}
	values := make([][]byte, 0, len(h.Accounts)+len(h.Secrets))
	for _, name := range h.Accounts {
		values = append(values, held.sessions[name])
	}
	for _, name := range h.Secrets {
		values = append(values, held.secrets[name])
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	rest := slices.Concat(text, []byte("\n"), k.key.Seal(place(h.version(), text), plain))
	data := slices.Concat([]byte(firstLine(h.version(), rest)), []byte("\n"), rest)
	if len(data) > maxFile {
		return nil, fmt.Errorf("the vault would have %d bytes; the limit is %d", len(data), maxFile)
	}
	return data, nil
}
