package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mxinvite/mxinvite/internal/seal"
)

// linksKeyFile is the default name of the file with the links key.
const linksKeyFile = "links.key"

// LinksKeyPath returns the path of the key that a links server shares with the users
// who make links for it.
func (h Home) LinksKeyPath(s Settings) string {
	if s.LinksKeyFile != "" {
		return s.LinksKeyFile
	}
	return filepath.Join(h.dir, linksKeyFile)
}

// ReadLinksKey reads the links key in a file.
func ReadLinksKey(path string) (key seal.Key, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return key, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return key, fmt.Errorf("other users may read %s; change its mode to 0600", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return key, err
	}
	if key.UnmarshalText([]byte(strings.TrimSpace(string(text)))) != nil || key.IsZero() {
		return seal.Key{}, fmt.Errorf("%s has no links key: it is 32 bytes in base64", path)
	}
	return key, nil
}

// MakeLinksKey reads the links key in a file. If the file does not exist, it creates it
// with a new key, readable by its owner only, and sets fresh.
func MakeLinksKey(path string) (key seal.Key, fresh bool, err error) {
	key, err = ReadLinksKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	text, _ := seal.NewKey().MarshalText() // cannot fail
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return key, false, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // with mode 0600
	if err != nil {
		return key, false, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return key, false, err
	}
	// A link fails if another process has created the file meanwhile.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return key, false, err
	}
	key, err = ReadLinksKey(path)
	return key, true, err
}
