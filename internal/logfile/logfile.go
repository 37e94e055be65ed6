// Package logfile keeps a log of what the program does, for whoever wants to
// know why it did not work: in a file that does not grow for ever, in cleaned
// text, and without anything secret.
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

// maxSize is how large a log may be before it is put away as the old one, of
// which there is one.
const maxSize = 1 << 20

// A File is an open log. Its methods may be called from many goroutines.
type File struct {
	*slog.Logger
	w *rotating
}

// At is the log at path. The file is made when there is something to write,
// together with its directory, for nobody else to read. What is below level is
// left out.
func At(path string, level slog.Level) *File {
	w := &rotating{path: path}
	h := slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: clean})
	return &File{slog.New(h), w}
}

// Nowhere is a log that keeps nothing.
func Nowhere() *File { return &File{Logger: slog.New(slog.DiscardHandler)} }

// Close closes the file. A log that is closed keeps nothing more.
func (f *File) Close() error {
	if f.w == nil {
		return nil
	}
	return f.w.close()
}

// clean makes text from outside safe for the terminal of whoever reads the log,
// and takes people's addresses out of it.
func clean(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(cleanText(v))
	case error:
		a.Value = slog.StringValue(cleanText(v.Error()))
	}
	return a
}

// address is what looks like one for mail. A Matrix ID does not: nothing is
// before its @.
var address = regexp.MustCompile(`[^\s@<>"':,;/]+@[^\s@<>"',;]+`)

func cleanText(s string) string { return address.ReplaceAllString(safetext.Line(s), "…@…") }

// rotating is a file that is put away when it is full.
type rotating struct {
	path string

	mu     sync.Mutex
	f      *os.File // nil until it is needed, and once it is closed
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
		// Another program that writes to the same log goes on in the old one.
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

// Enabled reports whether anything of a level is kept.
func (f *File) Enabled(level slog.Level) bool {
	return f.Logger.Enabled(context.Background(), level)
}
