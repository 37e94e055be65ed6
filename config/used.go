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
	// usedFile contains the default account.
	usedFile = "account"
	// maxUsed limits the size of the file, in bytes.
	maxUsed = 8 << 10
)

// SessionPath returns the path of the unencrypted session of versions before
// the vault.
func (h Home) SessionPath() string { return filepath.Join(h.dir, sessionFile) }

// Used returns the name that was passed to the last [Home.Use], or "". It is
// separate from the settings so that the program does not change a file that
// the user edits.
func (h Home) Used() (string, error) {
	f, err := os.Open(h.usedPath())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the default account: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxUsed))
	if err != nil {
		return "", fmt.Errorf("read the default account: %w", err)
	}
	return strings.TrimSuffix(string(data), "\n"), nil
}

// Use saves the default account.
func (h Home) Use(account string) error {
	err := os.MkdirAll(h.dir, 0o700)
	if err == nil {
		err = atomicfile.Write(h.usedPath(), []byte(account+"\n"))
	}
	if err != nil {
		return fmt.Errorf("save the default account: %w", err)
	}
	return nil
}

func (h Home) usedPath() string { return filepath.Join(h.dir, usedFile) }
