// Package store keeps in an SQLite file what an account knew when the program
// last ran, so that the next start has something to show before any server has
// answered; and the outbox, so that no invite is forgotten or sent twice.
package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"
)

// A Store is an open file. It may be used from many goroutines, and many
// programs may have the same file open.
type Store struct {
	path    string // empty of one in memory
	db      *sql.DB
	holders sync.Map // the accounts that a store in memory is held for
}

// Open opens the file at path, which is made if need be, together with its
// directory, for nobody else to read. The schema of an older program is brought
// up to date. That of a newer one is left alone ([NewerError]), and so is a file
// that cannot be understood ([DamagedError]).
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, explain("open", path, err)
	}
	if err := keepPrivate(path); err != nil {
		return nil, explain("open", path, err)
	}
	return openSource(ctx, path, dataSource(path))
}

// OpenMemory returns a store that is gone when it is closed, for looking around
// and for trying things out.
func OpenMemory(ctx context.Context) (*Store, error) {
	return openSource(ctx, "", "file::memory:?"+settings)
}

func openSource(ctx context.Context, path, source string) (*Store, error) {
	connector, err := sqlite.NewConnector(source)
	if err != nil {
		return nil, explain("open", path, err)
	}
	s := &Store{path: path, db: sql.OpenDB(connector)}
	// Writers take turns whatever we do, and reading everything takes less time
	// than a second connection's memory is worth.
	s.db.SetMaxOpenConns(1)
	if err := migrate(ctx, s.db, migrations); err != nil {
		_ = s.db.Close() // the first error is the one that tells
		return nil, explain("open", path, err)
	}
	return s, nil
}

// Close lets go of the file. What was saved is safe already.
func (s *Store) Close() error { return explain("close", s.path, s.db.Close()) }
