// Package logfile writes a log file of limited size. It escapes control
// characters and removes e-mail addresses and other private data.
package logfile

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/mxinvite/mxinvite/internal/safetext"
)

// maxSize is the size in bytes at which the log is renamed to path.old,
// replacing the previous one.
const maxSize = 1 << 20

// A File is a log file. It is safe for concurrent use.
type File struct {
	*slog.Logger
	w *rotating
}

// New returns a log at path. The file and its directory are created by the first
// entry, readable by their owner only. Entries below level are discarded.
func New(path string, level slog.Level) *File {
	w := &rotating{path: path}
	h := slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: clean})
	return &File{slog.New(h), w}
}

// Discard returns a log that discards all entries.
func Discard() *File { return &File{Logger: slog.New(slog.DiscardHandler)} }

// Close closes the file. Later entries are discarded.
func (f *File) Close() error {
	if f.w == nil {
		return nil
	}
	return f.w.close()
}

// clean makes values safe for a terminal and removes e-mail addresses.
func clean(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(cleanText(v))
	case error:
		a.Value = slog.StringValue(cleanText(v.Error()))
	}
	return a
}

// address matches e-mail addresses. Matrix IDs do not match, since nothing
// precedes their @.
var address = regexp.MustCompile(`[^\s@<>"':,;/]+@[^\s@<>"',;]+`)

func cleanText(s string) string { return address.ReplaceAllString(safetext.Line(s), "…@…") }

// rotating is a file that is renamed when it reaches maxSize.
type rotating struct {
	path string

	mu     sync.Mutex
	f      *os.File // nil until the first write and after close
	size   int64
	closed bool
}

func (r *rotating) open() error {
	if err := os.MkdirAll(filepath.Dir(r.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(r.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	stat, err := f.Stat()
	if err == nil && stat.Mode().Perm()&0o077 != 0 {
		err = f.Chmod(0o600)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r.f, r.size = f, stat.Size()
	return nil
}

func (r *rotating) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, fs.ErrClosed
	}
	if r.f == nil {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	if r.size > 0 && r.size+int64(len(p)) > maxSize {
		// Another program with the same log continues to write to the renamed
		// file.
		if err := errors.Join(r.f.Close(), os.Rename(r.path, r.path+".old"), r.open()); err != nil {
			return 0, err
		}
	}
	n, err := r.f.Write(p)
	r.size += int64(n)
	return n, err
}

func (r *rotating) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.f == nil {
		return nil
	}
	err := r.f.Close()
	r.f = nil
	return err
}

// Enabled reports whether entries of a level are written.
func (f *File) Enabled(level slog.Level) bool {
	return f.Logger.Enabled(context.Background(), level)
}
