// Package store keeps in an SQLite file what an account knew when the program
// last ran, so that the next start has something to show before any server has
// answered.
package store

import (
	"context"
	"database/sql"
	"path/filepath"

	"modernc.org/sqlite"
)

// A Store is an open file. It may be used from many goroutines, and many
// programs may have the same file open.
type Store struct {
	path string
	db   *sql.DB
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
	connector, err := sqlite.NewConnector(dataSource(path))
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
