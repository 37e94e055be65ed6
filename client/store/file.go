package store

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// settings are the SQLite settings of each connection.
//
//   - A write transaction gets the write lock when it begins (_txlock): a
//     transaction that begins as a reader cannot wait for the lock later.
//   - A transaction is on the disk when it is committed (_synchronous): after a
//     power failure nothing else shows that an invite was sent.
//   - A page has room for several events (page_size, for new files): an event has
//     about a kilobyte, and rows of more than a quarter of a page overflow to other
//     pages.
//   - Deleted data is overwritten (secure_delete), and temporary copies are not
//     written to other directories (temp_store).
//   - The file may have been written by an attacker (_defensive, trusted_schema).
const settings = "_txlock=immediate&_busy_timeout=2000&_foreign_keys=on&_synchronous=FULL" +
	"&_pragma=page_size(8192)&_pragma=secure_delete(on)&_pragma=temp_store(memory)" +
	"&_defensive=true&_pragma=trusted_schema(off)&_dqs=false&_error_rc=true"

// dataSource returns a URI for the file in which all special characters of the path
// are escaped (https://www.sqlite.org/uri.html).
func dataSource(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter of Windows
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: settings}).String()
}

// smallestPage is the size of the smallest page of SQLite, in bytes.
const smallestPage = 512

// companions returns the suffixes of the files that SQLite creates beside a
// database. They contain pages of it, and are created with the mode of the
// database.
func companions() []string { return []string{"-wal", "-shm"} }

// ensurePrivate creates the file and its directory if necessary, and removes the
// permissions of other users. It returns errEmpty for a file without a page: SQLite
// would open it as a new database, but create never leaves one, so it was truncated.
//
// It does not open an existing database: closing it would release the locks that
// this process has on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
func ensurePrivate(ctx context.Context, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	stat, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, linkErr := os.Lstat(path); linkErr == nil {
			return err // a symbolic link to nowhere
		}
		if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
			return errMissing // SQLite would write the pages in the log to a new file
		}
		return create(ctx, path)
	case err != nil:
		return err
	case stat.Mode().IsRegular() && stat.Size() < smallestPage:
		return errEmpty
	}
	for _, suffix := range companions() {
		if err := restrictMode(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return restrictMode(path)
}

// create makes a database with the latest schema under another name and links it to
// path, so that no program finds an unfinished file there. If another program creates
// the file at the same time, that one is used.
func create(ctx context.Context, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	made := f.Name()
	defer func() {
		for _, suffix := range append(companions(), "") {
			_ = os.Remove(made + suffix) // most of them do not exist
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	s, err := openSource(ctx, made, dataSource(made))
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	err = os.Link(made, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(made, path) // a file system without links
}

// restrictMode removes all permissions of other users from a file. On Windows files
// inherit those of their directory, and an attribute of a mapped file may not be
// changed.
func restrictMode(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o600)
}
