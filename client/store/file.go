package store

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// settings are those of every connection.
//
//   - A writer asks for its turn when it begins (_txlock): one that begins as a
//     reader cannot wait for it later.
//   - What was written is on the disk before anybody goes on (_synchronous):
//     after a power cut nobody else could tell that an invite has left.
//   - A page has room for events (page_size, of a new file): one takes about a
//     kilobyte, and what is more than a quarter of a page goes to others.
//   - What is deleted is overwritten (secure_delete), and copies of it never go
//     to another directory (temp_store).
//   - The file is not trusted to be of our making (_defensive, trusted_schema).
const settings = "_txlock=immediate&_busy_timeout=2000&_foreign_keys=on&_synchronous=FULL" +
	"&_pragma=page_size(8192)&_pragma=secure_delete(on)&_pragma=temp_store(memory)" +
	"&_defensive=true&_pragma=trusted_schema(off)&_dqs=false&_error_rc=true"

// dataSource names the file in a way that leaves no character of its path with
// a meaning (https://www.sqlite.org/uri.html).
func dataSource(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a volume of Windows
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: settings}).String()
}

// companions are what SQLite calls the files that it keeps beside a database.
// They hold pages of it, and get its mode when they are made.
func companions() []string { return []string{"-wal", "-shm"} }

// keepPrivate makes the file, if need be with its directory, and takes away
// what rights others may have been given to it.
//
// An existing database is not opened here: closing it again would drop the
// locks that this process may hold on it
// (https://www.sqlite.org/howtocorrupt.html, section 2.2).
func keepPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	for _, suffix := range companions() {
		if err := dropRights(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return dropRights(path)
}

// dropRights leaves a file to its owner alone.
func dropRights(path string) error {
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o600)
}

// SetAside gives a file that [Open] or a [Store] called damaged another name
// beside its old one, which is then free, and returns it. Nobody may have it
// open.
func SetAside(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".damaged-*")
	if err != nil {
		return "", explain("set aside", path, err)
	}
	aside := f.Name()
	if err := f.Close(); err != nil {
		return "", explain("set aside", path, err)
	}
	// The companions go first: SQLite deletes a log that lies beside a new file,
	// and it may be all that is left of what was saved last.
	for _, suffix := range append(companions(), "") {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return "", explain("set aside", path, err)
		}
	}
	return aside, nil
}
