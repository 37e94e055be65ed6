package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mxinvite/mxinvite/config/internal/atomicfile"
)

const (
	// sessionFile held the one session there was, before there were vaults.
	sessionFile = "session.json"
	// usedFile says which account is used when nobody says which.
	usedFile = "account"
	// maxUsed is more than any account's name.
	maxUsed = 8 << 10
)

// SessionPath is where a session lay before there were vaults.
func (h Home) SessionPath() string { return filepath.Join(h.dir, sessionFile) }

// Used is the account that [Home.Use] chose last, by whatever name it was given;
// empty if there is none. It is apart from the settings because a program should
// not rewrite what a person has written.
func (h Home) Used() (string, error) {
	f, err := os.Open(h.usedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read which account is used: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxUsed))
	if err != nil {
		return "", fmt.Errorf("read which account is used: %w", err)
	}
	return strings.TrimSuffix(string(data), "\n"), nil
}

// Use makes an account the one that is used when nobody says which.
func (h Home) Use(account string) error {
	err := os.MkdirAll(h.dir, 0o700)
	if err == nil {
		err = atomicfile.Write(h.usedPath(), []byte(account+"\n"))
	}
	if err != nil {
		return fmt.Errorf("save which account is used: %w", err)
	}
	return nil
}

func (h Home) usedPath() string { return filepath.Join(h.dir, usedFile) }
