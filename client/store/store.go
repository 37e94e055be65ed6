// Package store saves the state of accounts in an SQLite database: the rooms and
// invites of the last sync, so that the next start can show them before the first
// response; the outbox; and the encrypted address book.
package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"
)

// A Store is an open database. It is safe for concurrent use, and several programs
// may have the same file open.
type Store struct {
	path    string // empty for a store in memory
	db      *sql.DB
	holders sync.Map // accounts that are held, for a store in memory
}

// Open opens the file at path. It creates the file and its directory if necessary,
// readable only by the user. It upgrades the schema of older programs. It returns a
// [NewerError] for a file of a newer program, and a [DamagedError] for a file that
// cannot be read.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, explain("open", path, err)
	}
	if err := ensurePrivate(ctx, path); err != nil {
		return nil, explain("open", path, err)
	}
	return openSource(ctx, path, dataSource(path))
}

// OpenMemory returns a store in memory, for the demo and for programs that should
// store nothing.
func OpenMemory(ctx context.Context) (*Store, error) {
	return openSource(ctx, "", "file::memory:?"+settings)
}

func openSource(ctx context.Context, path, source string) (*Store, error) {
	connector, err := sqlite.NewConnector(source)
	if err != nil {
		return nil, explain("open", path, err)
	}
	s := &Store{path: path, db: sql.OpenDB(connector)}
	// Several connections would not be faster: SQLite allows only one writer, and
	// reading everything is fast.
	s.db.SetMaxOpenConns(1)
	if err := migrate(ctx, s.db, migrations); err != nil {
		_ = s.db.Close() // the first error is returned
		return nil, explain("open", path, err)
	}
	return s, nil
}

// Close closes the file. Everything that was saved is on the disk already.
func (s *Store) Close() error { return explain("close", s.path, s.db.Close()) }
