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
	// sessionFile is the unencrypted session of versions before the vault.
	sessionFile = "session.json"
	// defaultAccountFile contains the default account.
	defaultAccountFile = "account"
	// maxDefaultAccount limits the size of the file, in bytes.
	maxDefaultAccount = 8 << 10
)

// SessionPath returns the path of the unencrypted session of versions before
// the vault.
func (h Home) SessionPath() string { return filepath.Join(h.dir, sessionFile) }

// DefaultAccount returns the name of the default account, or "" if none was saved. It is
// not one of the settings, so that the program does not change a file that the user
// edits.
func (h Home) DefaultAccount() (string, error) {
	f, err := os.Open(h.defaultAccountPath())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the default account: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDefaultAccount))
	if err != nil {
		return "", fmt.Errorf("read the default account: %w", err)
	}
	return strings.TrimSuffix(string(data), "\n"), nil
}

// SetDefaultAccount saves the default account.
func (h Home) SetDefaultAccount(account string) error {
	err := os.MkdirAll(h.dir, 0o700)
	if err == nil {
		err = atomicfile.Write(h.defaultAccountPath(), []byte(account+"\n"))
	}
	if err != nil {
		return fmt.Errorf("save the default account: %w", err)
	}
	return nil
}

func (h Home) defaultAccountPath() string { return filepath.Join(h.dir, defaultAccountFile) }
