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
	fresh    = 3 * time.Second // what was seen is believed that long
	maxFiles = 20_000
	maxSeen  = 100_000  // files and folders of all kinds
	maxBytes = 64 << 20 // of all files
)

// VCards are the contacts in a vCard file, or in all .vcf files of a folder and
// its folders. Links to files are followed, links to folders are not, except
// path itself; hidden ones are passed over. Its methods may be called from
// many goroutines.
type VCards struct {
	path string
	now  func() time.Time

	mu     sync.Mutex
	looked time.Time
	files  map[string]file
	order  []string // of the files that count
	err    error    // of the last look
}

// A file is what a vCard file held when it was read.
type file struct {
	size    int64
	changed time.Time
	entries []entry
	broken  int
}

// NewVCards returns the contacts at path, which is read when the first is
// looked for, and again where files changed.
func NewVCards(path string, now func() time.Time) *VCards {
	return &VCards{path: path, now: now, files: map[string]file{}}
}

// Find returns the contacts that fit what was typed, in the order of the files.
func (v *VCards) Find(ctx context.Context, typed string) ([]Contact, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if age := v.now().Sub(v.looked); v.looked.IsZero() || age < 0 || age > fresh {
		if err := v.look(ctx); ctx.Err() != nil {
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

// Broken is how many cards were left out at the last look.
func (v *VCards) Broken() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, name := range v.order {
		n += v.files[name].broken
	}
	return n
}

// Errors of a look. What was read within the limits counts.
var (
	ErrTooManyFiles = fmt.Errorf("more than %d vCard files", maxFiles)
	ErrTooLarge     = fmt.Errorf("more than %d MiB of vCards", maxBytes>>20)
)

// look reads what changed. If ctx ends, what was read already is not read again.
func (v *VCards) look(ctx context.Context) error {
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
			errs = append(errs[:min(len(errs), 3)], err) // a folder of unreadable files is one trouble
			continue
		}
		v.files[name], files[name] = f, f
		order, left = append(order, name), left-f.size
	}
	v.files, v.order = files, order
	return errors.Join(errs...)
}

// read reads a file of at most limit bytes, unless it is as it was.
func (v *VCards) read(name string, limit int64) (file, error) {
	stat, err := os.Stat(name)
	switch {
	case err != nil:
		return file{}, err
	case !stat.Mode().IsRegular(): // a pipe would be waited for
		return file{}, fmt.Errorf("%s is no file", name)
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

// vcardFiles returns path itself if that is a file, or else the vCard files below it.
func vcardFiles(ctx context.Context, path string) ([]string, error) {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	if stat, err := os.Stat(root); err != nil || !stat.IsDir() {
		return []string{root}, err
	}
	var names []string
	var closed error // of a folder below
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

// isVCard reports whether d, or what it links to, is a vCard file by its name.
func isVCard(d fs.DirEntry) bool {
	switch strings.ToLower(filepath.Ext(d.Name())) {
	case ".vcf", ".vcard":
		return d.Type().IsRegular() || d.Type()&fs.ModeSymlink != 0
	}
	return false
}
