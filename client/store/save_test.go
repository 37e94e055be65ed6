package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"maunium.net/go/mautrix/id"
)

func TestSavedDataIsLoadedAfterRestart(t *testing.T) {
	path := newPath(t)
	rooms := []Room{room("compilers", 3), room("ops", 0), {ID: "!empty:example.org"}}
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: rooms})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, open(t, path), ada, Snapshot{
		NextBatch: "s1", SavedAt: noon,
		Rooms: []Room{rooms[0], rooms[2], rooms[1]},
	})
}

func TestEventsAreStoredByteForByte(t *testing.T) {
	s := open(t, newPath(t))
	r := Room{ID: "!\x00'\";--", Heroes: []id.UserID{"@\x1b[31m:x", `@"',:x`}, Current: map[Key]json.RawMessage{
		{}:                               json.RawMessage(`{ "n" : 1e400, "n": 2,	"lone":"\ud800" }`),
		{"type", "key\x00with\x00zeros"}: json.RawMessage("not JSON \xff\xfe\x00"),
		{"type", "long"}:                 bytes.Repeat([]byte("x"), 1<<13),
		{"", "type"}:                     json.RawMessage("1"),
	}}
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{r}})
	expect(t, s, ada, Snapshot{NextBatch: "s1", SavedAt: noon, Rooms: []Room{r}})
}

func TestAccountsAreSeparate(t *testing.T) {
	s := open(t, newPath(t))
	trial := Account{UserID: ada.UserID, Homeserver: "http://localhost:8008"}
	want := map[Account]Snapshot{}
	for i, account := range []Account{ada, grace, trial} {
		r := room("ops", i)
		put(t, s, account, Batch{NextBatch: r.ID.String(), At: noon, Changed: []Room{r}})
		want[account] = Snapshot{NextBatch: r.ID.String(), SavedAt: noon, Rooms: []Room{r}}
	}
	put(t, s, grace, Batch{NextBatch: "s2", At: noon})
	want[grace] = Snapshot{NextBatch: "s2", SavedAt: noon}
	for account, snapshot := range want {
		expect(t, s, account, snapshot)
	}
}

func TestBatchDoesNotChangeOtherRooms(t *testing.T) {
	s := open(t, newPath(t))
	a, b, c := room("a", 2), room("b", 2), room("c", 2)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{a, b, c}})

	b.Traced, b.Heroes = false, nil
	delete(b.Current, Key{"m.room.third_party_invite", "token00000"})
	b.Current[Key{Type: "m.room.name"}] = json.RawMessage(`{"name":"new"}`)
	b.History = map[id.EventID]json.RawMessage{"$other": json.RawMessage(`[]`)}
	put(t, s, ada, Batch{Since: "s1", NextBatch: "s2", At: noon, Changed: []Room{b}, Left: []id.RoomID{c.ID, "!unknown:x"}})
	expect(t, s, ada, Snapshot{NextBatch: "s2", SavedAt: noon, Rooms: []Room{a, b}})
}

func TestBatchWithoutSinceReplacesAll(t *testing.T) {
	s := open(t, newPath(t))
	a, b := room("a", 1), room("b", 1)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{a, b}})
	put(t, s, ada, Batch{NextBatch: "s9", At: noon, Changed: []Room{b}})
	expect(t, s, ada, Snapshot{NextBatch: "s9", SavedAt: noon, Rooms: []Room{b}})
}

func TestSaveConflict(t *testing.T) {
	s := open(t, newPath(t))
	lost := Batch{Since: "s1", NextBatch: "s2", At: noon, Changed: []Room{room("b", 1)}}
	if err := s.Save(t.Context(), ada, lost); !errors.Is(err, ErrConflict) {
		t.Errorf("on nothing: %v", err)
	}
	expect(t, s, ada, Snapshot{})

	put(t, s, ada, Batch{NextBatch: "other", At: noon})
	if err := s.Save(t.Context(), ada, lost); !errors.Is(err, ErrConflict) {
		t.Errorf("on another state: %v", err)
	}
	expect(t, s, ada, Snapshot{NextBatch: "other", SavedAt: noon})
}

func TestOnlyChangedRowsAreWritten(t *testing.T) {
	s := open(t, newPath(t))
	r := room("big", 1000)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon, Changed: []Room{r}})
	changed := r
	changed.Current = maps.Clone(r.Current)
	changed.Current[Key{"m.room.third_party_invite", "token00500"}] = json.RawMessage(`{}`)
	for _, c := range []struct {
		what  string
		batch Batch
		rows  int
	}{
		{"nothing", Batch{Since: "s1", NextBatch: "s1", At: noon, Changed: []Room{r}}, 1},
		{"one invite", Batch{Since: "s1", NextBatch: "s2", At: noon, Changed: []Room{changed}}, 3},
		{"one invite, batch with all rooms", Batch{NextBatch: "s3", At: noon, Changed: []Room{r}}, 3},
	} {
		before := rowsWritten(t, s)
		put(t, s, ada, c.batch)
		if got := rowsWritten(t, s) - before; got != c.rows {
			t.Errorf("%s changed: %d rows written, want %d", c.what, got, c.rows)
		}
	}
}

func rowsWritten(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.db.QueryRow(`SELECT total_changes()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCancelledContext(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	put(t, s, ada, Batch{NextBatch: "s1", At: noon})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, openErr := Open(ctx, path)
	_, loadErr := loadAll(ctx, s, ada)
	for doing, err := range map[string]error{
		"open": openErr, "load": loadErr,
		"save":   s.Save(ctx, ada, Batch{NextBatch: "s2", At: noon}),
		"forget": s.Forget(ctx, ada),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", doing, err)
		}
	}
	expect(t, s, ada, Snapshot{NextBatch: "s1", SavedAt: noon})
}

func TestForgetRemovesAllCopies(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	secret, kept := room("secret-of-ada", 2000), room("kept-by-grace", 10)
	put(t, s, ada, Batch{NextBatch: "batch-of-ada", At: noon, Changed: []Room{secret}})
	put(t, s, grace, Batch{NextBatch: "g1", At: noon, Changed: []Room{kept}})
	if !inFiles(t, path, "secret-of-ada") {
		t.Fatal("the test cannot find stored text")
	}
	if err := s.Forget(t.Context(), ada); err != nil {
		t.Fatal(err)
	}
	for _, trace := range []string{"secret-of-ada", "batch-of-ada", string(ada.UserID), "token01500"} {
		if inFiles(t, path, trace) {
			t.Errorf("%q is still there", trace)
		}
	}
	expect(t, s, ada, Snapshot{})
	expect(t, s, grace, Snapshot{NextBatch: "g1", SavedAt: noon, Rooms: []Room{kept}})
	if size := len(fileBytes(t, path)); size > 200<<10 {
		t.Errorf("the file has %d bytes", size)
	}
	if err := s.Forget(t.Context(), ada); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestForgetIsBusyWhileAnotherProgramReads(t *testing.T) {
	path := newPath(t)
	s, other := open(t, path), open(t, path)
	put(t, s, ada, Batch{NextBatch: "batch-of-ada", At: noon})
	if _, err := s.db.Exec(`PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	err := read(t.Context(), other.db, func(tx *sql.Tx) error {
		if _, err := load(t.Context(), tx, ada, func(Room) {}); err != nil {
			return err
		}
		if err := s.Forget(t.Context(), ada); !errors.Is(err, ErrBusy) {
			t.Errorf("while it is read: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(t.Context(), ada); err != nil || inFiles(t, path, "batch-of-ada") {
		t.Errorf("after that: %v; still there: %t", err, inFiles(t, path, "batch-of-ada"))
	}
}

// inFiles reports whether the database or one of its companions contains text.
func inFiles(t *testing.T, path, text string) bool {
	t.Helper()
	for _, suffix := range append(companions(), "") {
		if bytes.Contains(fileBytes(t, path+suffix), []byte(text)) {
			return true
		}
	}
	return false
}
