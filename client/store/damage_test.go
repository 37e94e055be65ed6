package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// content is everything that a store has of two accounts.
type content struct {
	Rooms  map[Account]Snapshot
	Outbox map[Account][]Entry
	Book   map[Account][]Address
	Paused map[Account][]byte
}

func readContent(ctx context.Context, s *Store) (content, error) {
	c := content{map[Account]Snapshot{}, map[Account][]Entry{}, map[Account][]Address{}, map[Account][]byte{}}
	var failed []error
	for _, account := range []Account{ada, grace} {
		var errs [4]error
		c.Rooms[account], errs[0] = loadAll(ctx, s, account)
		c.Outbox[account], errs[1] = s.Outbox(ctx, account)
		c.Book[account], errs[2] = s.Addresses(ctx, account)
		c.Paused[account], errs[3] = s.Note(ctx, account, "paused")
		failed = append(failed, errs[:]...)
	}
	return c, errors.Join(failed...)
}

// usedStore returns an open store with rooms, an outbox, an address book and a note of
// two accounts.
func usedStore(t *testing.T) *Store {
	t.Helper()
	s := open(t, newPath(t))
	for _, account := range []Account{ada, grace} {
		put(t, s, account, Batch{NextBatch: "s1", At: noon, Changed: []Room{room("ops", 20)}})
		entries := []Entry{
			{Room: "!ops:example.org", Mark: []byte("a"), State: Queued, QueuedAt: noon, Changed: noon, Sealed: []byte("sealed")},
			{Room: "!ops:example.org", Mark: []byte("b"), State: Queued, QueuedAt: noon, Changed: noon, Sealed: []byte("sealed")},
		}
		if err := s.Enqueue(t.Context(), account, entries); err != nil {
			t.Fatal(err)
		}
		entries[0].State, entries[0].Token = Sent, "token"
		book := Address{Room: "!ops:example.org", Token: "token", Sealed: []byte("sealed")}
		if err := s.Advance(t.Context(), account, []State{Queued}, entries[:1], book); err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string][]byte{"paused": []byte("1"), "empty": nil} {
			if err := s.SetNote(t.Context(), account, name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Forget(t.Context(), Account{UserID: "@other:example.org"}); err != nil { // VACUUM
		t.Fatal(err)
	}
	return s
}

// damages returns copies of a file with a byte or a bit flipped at every step before
// end, and cut there.
func damages(whole []byte, end, step int) map[string][]byte {
	all := map[string][]byte{}
	flip := func(at int, mask byte) {
		damaged := slices.Clone(whole)
		damaged[at] ^= mask
		all[fmt.Sprintf("byte %d ^ %#x", at, mask)] = damaged
	}
	for at := 0; at < end; at += step {
		flip(at, 0xff)
		flip(at, 1<<(at%8))
		all[fmt.Sprintf("%d bytes left", at)] = whole[:at]
	}
	return all
}

// matrixStep is the distance of the damaged bytes. With STORE_STEP=97 the test
// takes many minutes.
func matrixStep(t *testing.T, usual int) int {
	t.Helper()
	if testing.Short() {
		usual *= 7
	}
	if step := os.Getenv("STORE_STEP"); step != "" {
		if _, err := fmt.Sscan(step, &usual); err != nil {
			t.Fatal(err)
		}
	}
	return usual
}

// openDamaged writes files, opens the store in them and returns its content.
func openDamaged(ctx context.Context, dir string, files map[string][]byte) (content, error) {
	path := filepath.Join(dir, "store.db")
	for suffix, data := range files {
		if err := os.WriteFile(path+suffix, data, 0o600); err != nil {
			return content{}, err
		}
	}
	s, err := Open(ctx, path)
	if err != nil {
		return content{}, err
	}
	defer s.Close()
	return readContent(ctx, s)
}

// orNoDigest accepts a room without a digest: it is computed again.
func orNoDigest() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Digest" },
		cmp.Comparer(func(a, b string) bool { return a == b || a == "" || b == "" }))
}

func TestDamagedByteIsReportedOrHarmless(t *testing.T) {
	s := usedStore(t)
	want, err := readContent(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := fileBytes(t, s.path)
	all := damages(whole, len(whole), matrixStep(t, 4999))
	maps.Copy(all, damages(whole, 100, 1)) // the header
	reported := 0
	for name, damaged := range all {
		got, err := openDamaged(t.Context(), t.TempDir(), map[string][]byte{"": damaged})
		switch e := new(DamagedError); {
		case errors.As(err, &e):
			reported++
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case !cmp.Equal(got, want, orNoDigest()):
			t.Errorf("%s: no error and other content: %s", name, cmp.Diff(want, got, orNoDigest()))
		}
	}
	t.Logf("of %d damaged files of %d bytes, %d were reported, and the others have all content", len(all), len(whole), reported)
}

// The rooms in a damaged log may be those before the last sync. Everything that cannot
// be fetched again is in the database.
func TestDamagedLogLosesNoOutbox(t *testing.T) {
	s := usedStore(t)
	put(t, s, ada, Batch{Since: "s1", NextBatch: "s2", At: noon, Changed: []Room{room("ops", 30)}})
	want, err := readContent(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, suffix := range append(companions(), "") {
		files[suffix] = fileBytes(t, s.path+suffix)
	}
	if len(files["-wal"]) == 0 {
		t.Fatal("there is no log")
	}
	older := 0
	for _, suffix := range companions() {
		for name, damaged := range damages(files[suffix], len(files[suffix]), matrixStep(t, 4999)) {
			copied := maps.Clone(files)
			copied[suffix] = damaged
			got, err := openDamaged(t.Context(), t.TempDir(), copied)
			if e := new(DamagedError); errors.As(err, &e) {
				continue
			}
			if got.Rooms[ada].NextBatch == "s1" && len(got.Rooms[ada].Rooms) == 1 && len(got.Rooms[ada].Rooms[0].Current) == 21 {
				got.Rooms[ada] = want.Rooms[ada]
				older++
			}
			if err != nil || !cmp.Equal(got, want) {
				t.Errorf("%s, %s: %v, %s", suffix, name, err, cmp.Diff(want, got))
			}
		}
	}
	t.Logf("%d times the last sync was lost", older)
}

func TestLogWithoutFileIsDamage(t *testing.T) {
	_, err := openDamaged(t.Context(), t.TempDir(), map[string][]byte{"-wal": []byte("log")})
	e := new(DamagedError)
	if !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if _, err := SetAside(e); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), e.Path); err != nil {
		t.Error(err)
	} else {
		s.Close()
	}
}

// The test changes a value as damage in the file does: without its checksum.
func TestChangedValueIsDamage(t *testing.T) {
	for _, change := range []string{
		`UPDATE outbox SET state = 'sent' WHERE state = 'queued'`,
		`UPDATE outbox SET account = 2, mark = x'00' WHERE id = 2`,
		`UPDATE accounts SET user_id = '@adb:example.org' WHERE id = 1`,
		`UPDATE rooms SET account = 2, room_id = '!x' WHERE id = 1`,
		`UPDATE addresses SET sealed = x'00'`,
		`UPDATE notes SET value = x'00'`,
		`UPDATE schema_copy SET checksum = 7`,
		`DELETE FROM schema_copy`,
		`DROP INDEX outbox_once`,
		`PRAGMA user_version = 2`,
		`PRAGMA user_version = 258`,
		`PRAGMA application_id = 7`,
	} {
		s := usedStore(t)
		if _, err := s.db.Exec(change); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if other, err := Open(t.Context(), s.path); !errors.As(err, new(*DamagedError)) {
			t.Errorf("%s: %v", change, err)
			if err == nil {
				other.Close()
			}
		}
	}
}

// Open does not read the events. The program that reads a damaged one makes the next Open
// report it.
func TestDamagedEventsAreReportedWhenTheyAreRead(t *testing.T) {
	for _, change := range []string{
		`UPDATE current_events SET state_key = 'x' WHERE type = 'm.room.name'`,
		`UPDATE past_events SET raw = x'00'`,
		`DELETE FROM current_events WHERE type = 'm.room.name'`,
		`DELETE FROM past_events`,
	} {
		s := usedStore(t)
		if _, err := s.db.Exec(change); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(t.Context(), ada); err != nil {
			t.Errorf("%s: the rooms without their events: %v", change, err)
		}
		if err := s.Check(t.Context()); !errors.As(err, new(*DamagedError)) {
			t.Errorf("%s: the whole file: %v", change, err)
		}
		if err := os.Remove(s.path + suspectMark); err != nil {
			t.Error(err)
		}
		_, err := s.Events(t.Context(), ada, "!ops:example.org")
		if !errors.As(err, new(*DamagedError)) {
			t.Errorf("%s: %v", change, err)
		}
		s.Close()
		var damaged *DamagedError
		if _, err := Open(t.Context(), s.path); !errors.As(err, &damaged) {
			t.Fatalf("%s: opened again: %v", change, err)
		}
		if _, err := SetAside(damaged); err != nil {
			t.Fatal(err)
		}
		open(t, s.path)
		if _, err := os.Stat(s.path + suspectMark); err == nil {
			t.Error("the new file is suspected")
		}
	}
}

func TestDamagedDigestIsLeftOut(t *testing.T) {
	s := usedStore(t)
	if _, err := s.db.Exec(`UPDATE digests SET digest = x'00' WHERE room = 1`); err != nil {
		t.Fatal(err)
	}
	for account, want := range map[Account]string{ada: "", grace: room("ops", 20).Digest} {
		snapshot, err := s.Load(t.Context(), account)
		if err != nil || len(snapshot.Rooms) != 1 || snapshot.Rooms[0].Digest != want {
			t.Errorf("%s: %v, %d rooms", account.UserID, err, len(snapshot.Rooms))
		}
	}
}
