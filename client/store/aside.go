package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	damagedMark   = ".damaged-" // in the names of files that were set aside
	confirmedMark = ".old-"     // in the names of those whose loss the user has confirmed
)

// SetAside renames a damaged file, which [Open] or a [Store] has reported, and
// returns its new path. It returns an empty path if another program has replaced it,
// and [ErrInUse] if a program has it open.
func SetAside(damaged *DamagedError) (string, error) {
	path := damaged.Path
	if damaged.replaced() {
		return "", nil
	}
	lock := lockOf(path)
	held, err := lock.TryLock()
	defer lock.Close()
	if err == nil && !held { // an error means that the file system has no locks
		return "", explain("set aside", path, ErrInUse)
	}
	if damaged.replaced() {
		return "", nil
	}
	aside, err := rename(path, path+damagedMark)
	return aside, explain("set aside", path, err)
}

// replaced reports whether another file is at the path now.
func (e *DamagedError) replaced() bool {
	file, err := os.Stat(e.Path)
	return err == nil && e.file != nil && !os.SameFile(file, e.file)
}

// rename gives a database and its companions a new name that begins with prefix.
func rename(path, prefix string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(prefix)+"*")
	if err != nil {
		return "", err
	}
	renamed := f.Name()
	if err := f.Close(); err != nil {
		return "", err
	}
	// The companions are renamed first: SQLite deletes a log that it finds beside a
	// new file, and the log may have the only copy of the last changes.
	for _, suffix := range append(companions(), "") {
		err := os.Rename(path+suffix, renamed+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // of a missing file only the log is there
			return "", err
		}
	}
	return renamed, nil
}

// Lost returns the paths of the files that were set aside, until [ConfirmLost] was
// called or they were deleted. Their outboxes and address books are lost.
func Lost(path string) (lost []string) {
	files, _ := os.ReadDir(filepath.Dir(path)) // without a directory there are none
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), filepath.Base(path)+damagedMark) {
			continue
		}
		if strings.HasSuffix(f.Name(), "-wal") || strings.HasSuffix(f.Name(), "-shm") {
			continue
		}
		lost = append(lost, filepath.Join(filepath.Dir(path), f.Name()))
	}
	return lost
}

// ConfirmLost renames the files that [Lost] returns, because the user knows of them.
func ConfirmLost(path string) error {
	for _, lost := range Lost(path) {
		if _, err := rename(lost, path+confirmedMark); err != nil {
			return explain("rename", lost, err)
		}
	}
	return nil
}
