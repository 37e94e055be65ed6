// Package store saves the state of accounts in an SQLite database: the rooms and
// invites of the last sync, so that the next start can show them before the first
// response; the outbox; and the encrypted address book.
package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
)

// A Store is an open database. It is safe for concurrent use, and several programs
// may have the same file open.
type Store struct {
	path    string      // empty for a store in memory
	file    os.FileInfo // identifies the file that was opened
	lock    *flock.Flock
	db      *sql.DB
	holders sync.Map // locks that are held, by [holder], for a store in memory
}

// Open opens the file at path. It creates the file and its directory if necessary,
// readable only by the user. It upgrades the schema of older programs. It returns a
// [NewerError] for a file of a newer program, and a [DamagedError] for a damaged one: it
// checks all but the events and what was computed from them, which are checked when they
// are read.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, explain("open", path, err)
	}
	if err := ensurePrivate(ctx, path); err != nil {
		return nil, explain("open", path, err)
	}
	file, err := os.Stat(path)
	if err != nil {
		return nil, explain("open", path, err)
	}
	s, err := openSource(ctx, path, dataSource(path))
	if err != nil {
		return nil, err
	}
	s.file = file
	if s.lock, err = share(ctx, path); err == nil {
		err = s.present() // another program may have set it aside
	}
	if err == nil {
		err = s.check(ctx)
	}
	if err != nil {
		_ = s.Close() // the first error is returned
		return nil, explain("open", path, err)
	}
	return s, nil
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
func (s *Store) Close() error {
	err := s.db.Close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return explain("close", s.path, err)
}
