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

// A vault's file is two lines of text and what is sealed:
//
//	mxinvite vault 1 SUM
//	{"lock":{…},"accounts":[{…},…]}
//	the sealed secrets, in the order of the accounts
//
// SUM is the SHA-256 of the rest with the first line up to it. It tells damage
// from a wrong passphrase before anybody is asked for one, and proves nothing.
// The proof is the seal: the secrets open only behind the very same head. The
// first line stays as it is in all versions to come.
const (
	magic   = "mxinvite vault "
	version = 1
	// maxFile is far more than anybody's accounts need.
	maxFile = 1 << 20
)

// A Name says whose secret it is. It may lie in the clear.
type Name struct {
	UserID     string `json:"user_id"`
	Homeserver string `json:"homeserver"` // base URL
}

func (n Name) compare(m Name) int {
	return cmp.Or(strings.Compare(n.UserID, m.UserID), strings.Compare(n.Homeserver, m.Homeserver))
}

// check lets through what can be a name, and what reads back as it was written.
func (n Name) check() error {
	for _, part := range []string{n.UserID, n.Homeserver} {
		if part == "" || len(part) > 2048 || !utf8.ValidString(part) || strings.ContainsFunc(part, unicode.IsControl) {
			return errors.New("an account needs a Matrix ID and a homeserver")
		}
	}
	return nil
}

// contents are the secrets of the accounts.
type contents map[Name][]byte

// head is what anybody sees who may read the file.
type head struct {
	Lock     lock   `json:"lock"`
	Accounts []Name `json:"accounts"`
}

// A file is a vault that is shut.
type file struct {
	head
	place  string // what the secrets were sealed for
	sealed []byte
}

// newer is the version of a file that a later program wrote.
type newer int

func (n newer) Error() string { return fmt.Sprintf("format %d is not known", int(n)) }

// parse reads a file. Its errors quote nothing of it.
func parse(data []byte, c costs) (*file, error) {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	number, sum, _ := strings.Cut(strings.TrimPrefix(string(first), magic), " ")
	n, err := strconv.Atoi(number)
	if err != nil || string(first) != firstLine(n, rest) || sum == "" || len(data) > maxFile {
		return nil, errors.New("it is no vault, or not all of one")
	}
	if n != version {
		return nil, newer(n)
	}
	text, sealed, _ := bytes.Cut(rest, []byte("\n"))
	f := &file{place: place(text), sealed: sealed}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f.head); err != nil {
		return nil, errors.New("its head is not understood")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("its head has no end")
	}
	for i, name := range f.Accounts {
		if name.check() != nil || i > 0 && f.Accounts[i-1].compare(name) >= 0 {
			return nil, errors.New("its list of accounts is none")
		}
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

func place(head []byte) string { return magic + strconv.Itoa(version) + "\n" + string(head) }

// open returns the secrets.
func (f *file) open(k seal.Key) (contents, error) {
	plain, err := k.Open(f.place, f.sealed)
	if err != nil {
		return nil, err
	}
	var secrets [][]byte
	if err := json.Unmarshal(plain, &secrets); err != nil || len(secrets) != len(f.Accounts) {
		return nil, errors.New("it does not hold a secret for each account")
	}
	held := contents{}
	for i, name := range f.Accounts {
		held[name] = secrets[i]
	}
	return held, nil
}

// format is the file of a vault with this lock.
func format(k keyed, held contents) ([]byte, error) {
	h := head{Lock: k.lock, Accounts: slices.SortedFunc(maps.Keys(held), Name.compare)}
	secrets := make([][]byte, len(h.Accounts))
	for i, name := range h.Accounts {
		secrets[i] = held[name]
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	rest := slices.Concat(text, []byte("\n"), k.key.Seal(place(text), plain))
	data := slices.Concat([]byte(firstLine(version, rest)), []byte("\n"), rest)
	if len(data) > maxFile {
		return nil, fmt.Errorf("a vault has room for %d bytes, and this would take %d", maxFile, len(data))
	}
	return data, nil
}
