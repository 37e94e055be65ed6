package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func fileBytes(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// closedStore returns the path of a store that contains a room.
func closedStore(t *testing.T) string {
	t.Helper()
	path := newPath(t)
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{room("ops", 100)}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDamagedFileIsReportedAndNotChanged(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"text":           func([]byte) []byte { return []byte("this is no database\n") },
		"garbage":        func([]byte) []byte { return bytes.Repeat([]byte{0xa5}, 1<<16) },
		"header":         func(b []byte) []byte { return append([]byte("SQLite format 4\x00"), b[16:]...) },
		"truncated":      func(b []byte) []byte { return b[:len(b)/2] },
		"empty":          func([]byte) []byte { return nil },
		"truncated page": func(b []byte) []byte { return b[:5000] },
		"zeros within":   func(b []byte) []byte { clear(b[4096:]); return b },
		"ones within":    func(b []byte) []byte { copy(b[4096:], bytes.Repeat([]byte{0xff}, len(b))); return b },
	} {
		t.Run(name, func(t *testing.T) {
			path := closedStore(t)
			damaged := damage(fileBytes(t, path))
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			err := openAndLoad(t.Context(), path)
			var e *DamagedError
			if !errors.As(err, &e) || e.Path != path || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
			if !bytes.Equal(fileBytes(t, path), damaged) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestInvalidRowIsReportedAsDamage(t *testing.T) {
	s := open(t, closedStore(t))
	if _, err := s.db.Exec(`UPDATE rooms SET heroes = '[secret'`); err != nil {
		t.Fatal(err)
	}
	_, err := loadAll(t.Context(), s, ada)
	var e *DamagedError
	if !errors.As(err, &e) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func openAndLoad(ctx context.Context, path string) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	_, err = loadAll(ctx, s, ada)
	return errors.Join(err, s.Close())
}

func TestSetAsideRenamesLogs(t *testing.T) {
	path := closedStore(t)
	for _, suffix := range append(companions(), "") {
		if err := os.WriteFile(path+suffix, []byte("damaged"+suffix), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	aside, err := SetAside(&DamagedError{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range append(companions(), "") {
		if got := fileBytes(t, aside+suffix); string(got) != "damaged"+suffix {
			t.Errorf("%s contains %q", suffix, got)
		}
	}
	expect(t, open(t, path), ada, Snapshot{})
}

func TestDatabaseOfAnotherProgramIsNotChanged(t *testing.T) {
	path := closedStore(t)
	s := open(t, path)
	if _, err := s.db.Exec(`DROP TABLE schema_copy; PRAGMA application_id = 7`); err != nil {
		t.Fatal(err)
	}
	s.Close()
	before := fileBytes(t, path)
	if err := openAndLoad(t.Context(), path); !errors.Is(err, errForeign) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(fileBytes(t, path), before) {
		t.Error("the file was changed")
	}
}

func TestFullDiskKeepsSavedData(t *testing.T) {
	s := open(t, newPath(t))
	first := Batch{NextBatch: "s1", At: noon, Changed: []Room{room("a", 10)}}
	put(t, s, ada, first)
	if _, err := s.db.Exec(`PRAGMA max_page_count = 30`); err != nil {
		t.Fatal(err)
	}
	big := Batch{Since: "s1", NextBatch: "s2", At: noon, Changed: []Room{room("b", 1000)}}
	err := s.Save(t.Context(), ada, big)
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), s.path) {
		t.Errorf("got %v", err)
	}
	expect(t, s, ada, Snapshot{NextBatch: "s1", SavedAt: noon, Rooms: first.Changed})

	if _, err := s.db.Exec(`PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	put(t, s, ada, big)
}

func TestReadOnlyFileIsPermissionError(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	for name, modes := range map[string]struct{ dir, file fs.FileMode }{
		"directory, no file yet": {0o500, 0},
		"directory":              {0o500, 0o600},
		"file":                   {0o700, 0o400},
	} {
		t.Run(name, func(t *testing.T) {
			path := closedStore(t)
			if modes.file == 0 {
				os.Remove(path)
			} else if err := os.Chmod(path, modes.file); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Dir(path), modes.dir); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(filepath.Dir(path), 0o700) // so that the test directory can be removed
			err := openAndSave(t.Context(), path)
			if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func openAndSave(ctx context.Context, path string) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = s.Save(ctx, ada, Batch{NextBatch: "s2", At: noon})
	return errors.Join(err, s.Close())
}

func TestPathBelowAFileIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(file, "store.db")
	if err := openAndLoad(t.Context(), path); err == nil || !strings.HasPrefix(err.Error(), "open the store at "+path+": ") {
		t.Errorf("got %v", err)
	}
}

func TestLockedFileIsBusy(t *testing.T) {
	path := newPath(t)
	s, other := open(t, path), open(t, path)
	if _, err := s.db.Exec(`PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	tx, err := other.db.BeginTx(t.Context(), nil) // gets the write lock
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), ada, Batch{NextBatch: "s1", At: noon}); !errors.Is(err, ErrBusy) {
		t.Errorf("locked: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Save(ctx, ada, Batch{NextBatch: "s1", At: noon}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("locked, with a deadline: %v", err)
	}
	expect(t, s, ada, Snapshot{}) // readers do not wait
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
}
