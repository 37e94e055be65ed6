package contacts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	fresh    = 3 * time.Second // time until changes are looked for again
	maxFiles = 20_000
	maxSeen  = 100_000  // files and directories of all kinds
	maxBytes = 64 << 20 // of all files
)

// VCards are the contacts in a vCard file, or in all .vcf and .vcard files of a
// directory and its subdirectories. Symbolic links to files are followed, links
// to directories only if path itself is one. Hidden files and directories are
// skipped. It is safe for concurrent use.
type VCards struct {
	path string
	now  func() time.Time

	mu     sync.Mutex
	looked time.Time
	files  map[string]file
	order  []string // of the files that were read
	err    error    // of the last call of look
}

// A file is a parsed vCard file.
type file struct {
	size    int64
	changed time.Time
	entries []entry
	broken  int
}

// NewVCards returns the contacts at path. Files are read by the first call of
// Find, and again when they have changed.
func NewVCards(path string, now func() time.Time) *VCards {
	return &VCards{path: path, now: now, files: map[string]file{}}
}

// Find returns the matching contacts in the order of the files.
func (v *VCards) Find(ctx context.Context, typed string) ([]Contact, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if age := v.now().Sub(v.looked); v.looked.IsZero() || age < 0 || age > fresh {
		if err := v.update(ctx); ctx.Err() != nil {
			return nil, ctx.Err()
		} else if v.err = err; err != nil {
			v.err = fmt.Errorf("contacts in %s: %w", v.path, err)
		}
		v.looked = v.now()
	}
	q := newQuery(typed)
	var out []Contact
	for _, name := range v.order {
		for _, e := range v.files[name].entries {
			if q.rank(e) < never {
				out = append(out, e.Contact)
			}
		}
	}
	return out, v.err
}

// Broken returns the number of malformed cards.
func (v *VCards) Broken() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, name := range v.order {
		n += v.files[name].broken
	}
	return n
}

// Errors of Find for sources over the limits. The contacts within the limits
// are returned as well.
var (
	ErrTooManyFiles = fmt.Errorf("more than %d vCard files", maxFiles)
	ErrTooLarge     = fmt.Errorf("more than %d MiB of vCards", maxBytes>>20)
)

// update reads the changed files. If ctx ends, the files that were read need not
// be read again.
func (v *VCards) update(ctx context.Context) error {
	names, err := vcardFiles(ctx, v.path)
	files := make(map[string]file, len(names))
	order := names[:0]
	errs := []error{err}
	left := int64(maxBytes)
	for _, name := range names {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f, err := v.read(name, left)
		if err != nil {
			errs = append(errs[:min(len(errs), 3)], err) // at most three errors for a directory of unreadable files
			continue
		}
		v.files[name], files[name] = f, f
		order, left = append(order, name), left-f.size
	}
	v.files, v.order = files, order
	return errors.Join(errs...)
}

// read reads a file of at most limit bytes, unless it has not changed.
func (v *VCards) read(name string, limit int64) (file, error) {
	stat, err := os.Stat(name)
	switch {
	case err != nil:
		return file{}, err
	case !stat.Mode().IsRegular(): // opening a named pipe could block
		return file{}, fmt.Errorf("%s is not a regular file", name)
	case stat.Size() > limit:
		return file{}, fmt.Errorf("%s: %w", name, ErrTooLarge)
	}
	if f, ok := v.files[name]; ok && f.size == stat.Size() && f.changed.Equal(stat.ModTime()) {
		return f, nil
	}
	r, err := os.Open(name)
	if err != nil {
		return file{}, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return file{}, err
	}
	f := file{size: stat.Size(), changed: stat.ModTime()}
	f.entries, f.broken = cards(string(data))
	return f, nil
}

// vcardFiles returns path if it is a file, otherwise the vCard files in the
// directory.
func vcardFiles(ctx context.Context, path string) ([]string, error) {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	if stat, err := os.Stat(root); err != nil || !stat.IsDir() {
		return []string{root}, err
	}
	var names []string
	var closed error // error of a subdirectory
	seen := 0
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		seen++
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && name == root:
			return err
		case err != nil:
			closed = err
		case len(names) >= maxFiles || seen > maxSeen:
			return ErrTooManyFiles
		case name != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
		case isVCard(d):
			names = append(names, name)
		}
		return nil
	})
	return names, errors.Join(err, closed)
}

// isVCard reports whether d, or the target of the link d, is a vCard file, by
// its extension.
func isVCard(d fs.DirEntry) bool {
	switch strings.ToLower(filepath.Ext(d.Name())) {
	case ".vcf", ".vcard":
		return d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0
	}
	return false
}
