package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"modernc.org/sqlite"

	"maunium.net/go/mautrix/id"
)

// A file of each released schema, written by the program of that time, must open
// with its content.
func TestOlderSchemasAreUpgraded(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/schema-*.sql")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("fixtures: %v, %v", fixtures, err)
	}
	for _, fixture := range fixtures {
		t.Run(filepath.Base(fixture), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			made := connect(t, path)
			if _, err := made.Exec(string(fileBytes(t, fixture))); err != nil {
				t.Fatal(err)
			}
			made.Close()
			expect(t, open(t, path), ada, Snapshot{NextBatch: "s1", SavedAt: noon, Rooms: []Room{{
				ID: "!ops:example.org", Traced: true, Heroes: []id.UserID{"@grace:navy.example"},
				Current: map[Key]json.RawMessage{{Type: "m.room.name"}: json.RawMessage(`{"name":"Ops"}`)},
				History: map[id.EventID]json.RawMessage{"$gone": json.RawMessage(`{"gone":true}`)},
			}}})
		})
	}
}

// connect opens a file without migrations.
func connect(t *testing.T, path string) *sql.DB {
	t.Helper()
	connector, err := sqlite.NewConnector(dataSource(path))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return db
}

// nextRelease returns the migrations with one more.
func nextRelease(t *testing.T, statements string) (steps fs.FS, schema int) {
	t.Helper()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	next := fstest.MapFS{"migrations/9999_next.sql": {Data: []byte(statements)}}
	for _, name := range names {
		data, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		next[name] = &fstest.MapFile{Data: data}
	}
	return next, len(names) + 1
}

// known returns the latest schema version.
func known(t *testing.T) int {
	t.Helper()
	_, next := nextRelease(t, "")
	return next - 1
}

func TestMigrationKeepsData(t *testing.T) {
	path := closedStore(t)
	steps, _ := nextRelease(t, fmt.Sprintf(`CREATE TABLE next (x); INSERT INTO next VALUES (7); PRAGMA user_version = %d;`, known(t)+1))
	db := connect(t, path)
	for range 2 { // the second time changes nothing
		if err := migrate(t.Context(), db, steps); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := db.QueryRow(`SELECT x + (SELECT count(*) FROM current_events) FROM next`).Scan(&n); err != nil || n != 7+101 {
		t.Errorf("found %d, %v", n, err)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := closedStore(t)
	before := fileBytes(t, path)
	for _, statements := range []string{
		fmt.Sprintf(`CREATE TABLE next (x); PRAGMA user_version = %d; INSERT INTO nowhere VALUES (1);`, known(t)+1),
		`CREATE TABLE next (x);`, // does not set the version
		fmt.Sprintf(`CREATE TABLE next (x); PRAGMA user_version = %d;`, known(t)+2),
	} {
		db := connect(t, path)
		steps, _ := nextRelease(t, statements)
		err := migrate(t.Context(), db, steps)
		if err == nil || !strings.Contains(err.Error(), "9999_next.sql") {
			t.Errorf("%s: %v", statements, err)
		}
		db.Close()
		if string(fileBytes(t, path)) != string(before) {
			t.Errorf("%s: the file was changed", statements)
		}
	}
	open(t, path)
}

func TestNewerSchemaIsNotChanged(t *testing.T) {
	path := closedStore(t)
	db := connect(t, path)
	if _, err := db.Exec(`UPDATE schema_copy SET version = 7; PRAGMA user_version = 7`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	before := fileBytes(t, path)
	_, err := Open(t.Context(), path)
	var e *NewerError
	if !errors.As(err, &e) || *e != (NewerError{Path: path, Schema: 7, Known: known(t)}) {
		t.Errorf("got %v", err)
	}
	if string(fileBytes(t, path)) != string(before) {
		t.Error("the file was changed")
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 2 { // the store and its lock
		t.Errorf("other files: %v", entries)
	}
}
