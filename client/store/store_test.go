package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"maunium.net/go/mautrix/id"
)

var (
	ada   = Account{UserID: "@ada:example.org", Homeserver: "https://matrix.example.org"}
	grace = Account{UserID: "@grace:example.org", Homeserver: "https://matrix.example.org"}
	noon  = time.Date(2026, 11, 20, 12, 0, 0, int(250*time.Millisecond), time.UTC)
)

// open opens the store at path and closes it at the end of the test.
func open(tb testing.TB, path string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

// newPath returns a path where no store exists.
func newPath(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "mxinvite", "store.db")
}

// put saves a batch that must be saved without error.
func put(tb testing.TB, s *Store, account Account, batch Batch) {
	tb.Helper()
	if err := s.Save(tb.Context(), account, batch); err != nil {
		tb.Fatal(err)
	}
}

// loadAll returns the rooms of an account with their events, ordered by ID.
func loadAll(ctx context.Context, s *Store, account Account) (Snapshot, error) {
	snapshot, err := s.Load(ctx, account)
	slices.SortFunc(snapshot.Rooms, func(a, b Room) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for n, room := range snapshot.Rooms {
		whole, err := s.Events(ctx, account, room.ID)
		if err != nil {
			return Snapshot{}, err
		}
		whole.Digest = room.Digest
		snapshot.Rooms[n] = whole
	}
	return snapshot, err
}

// expect compares the stored data of an account.
func expect(tb testing.TB, s *Store, account Account, want Snapshot) {
	tb.Helper()
	got, err := loadAll(tb.Context(), s, account)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		tb.Errorf("stored (-want +got):\n%s", diff)
	}
}

// room returns a room with this number of invites.
func room(name string, invites int) Room {
	r := Room{
		ID:      id.RoomID("!" + name + ":example.org"),
		Traced:  true,
		Digest:  name + strings.Repeat("d", 300*invites), // of realistic size
		Heroes:  []id.UserID{"@grace:navy.example", "@linus:kernel.example"},
		Current: map[Key]json.RawMessage{{Type: "m.room.name"}: json.RawMessage(`{"name":"` + name + `"}`)},
		History: map[id.EventID]json.RawMessage{"$gone": json.RawMessage(`{}`)},
	}
	for i := range invites {
		token := fmt.Sprintf("token%05d", i)
		r.Current[Key{"m.room.third_party_invite", token}] = invite(token)
	}
	return r
}

// invite returns an event of realistic size.
func invite(token string) json.RawMessage {
	return fmt.Appendf(nil, `{"state_key":%q,"content":{"display_name":%q}}`, token, strings.Repeat("x", 850))
}

func TestNewStoreIsEmpty(t *testing.T) {
	expect(t, open(t, newPath(t)), ada, Snapshot{})
}

func TestPathWithSpecialCharacters(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file names cannot contain these characters")
	}
	path := filepath.Join(t.TempDir(), "what?mode=memory&x=%41#é '\";\n", "a b.db")
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
	if stat, err := os.Stat(path); err != nil || stat.Size() == 0 {
		t.Errorf("the file: %v, %v", stat, err)
	}
}

func TestRelativePathAfterChdir(t *testing.T) {
	t.Chdir(t.TempDir())
	s := open(t, "store.db")
	t.Chdir(t.TempDir())
	s.db.SetMaxIdleConns(0) // so that a new connection is made
	s.db.SetMaxIdleConns(1)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
	if _, err := os.Stat("store.db"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second file was created: %v", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	path := newPath(t)
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
	for file, want := range map[string]fs.FileMode{
		filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600,
	} {
		if got := mode(t, file); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(file), got, want)
		}
	}
}

func TestOpenRemovesPermissionsOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	path := newPath(t)
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o664); err != nil {
			t.Fatal(err)
		}
	}
	open(t, path)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if got := mode(t, path+suffix); got != 0o600 {
			t.Errorf("store.db%s has mode %o", suffix, got)
		}
	}
}

func TestDanglingSymlinkIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "store.db")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), path); err != nil {
		t.Skip(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err) // SQLite would create the file, readable by other users
	}
}

func TestExistingDirectoryKeepsItsMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	open(t, filepath.Join(dir, "store.db"))
	if got := mode(t, dir); got != 0o750 {
		t.Errorf("the directory has mode %o", got)
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return stat.Mode().Perm()
}

func TestEveryConnectionHasTheSettings(t *testing.T) {
	s := open(t, newPath(t))
	s.db.SetMaxIdleConns(0) // so that a new connection is made
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "foreign_keys": "1", "synchronous": "2", "busy_timeout": "2000",
		"page_size": "8192", "secure_delete": "1", "temp_store": "2", "trusted_schema": "0",
	} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
		}
	}
}
