package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// maxTries is the maximum number of tries of a transaction while another
	// program has locked the file. For most locks SQLite itself waits up to
	// _busy_timeout. For some it returns an error immediately; pause is the time
	// before the next try.
	maxTries = 5
	pause    = 20 * time.Millisecond
)

// read runs f in a read transaction: f reads a fixed state of the file.
func read(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, &sql.TxOptions{ReadOnly: true}, f)
}

// write runs f in a write transaction, which is rolled back if f returns an error.
func write(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, nil, f)
}

// write is like the function write, unless the file was replaced.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	if err := s.present(); err != nil {
		return err
	}
	return write(ctx, s.db, f)
}

// writeDurably is like write, and moves the change from the log to the database. After
// a crash SQLite ignores the rest of a damaged log without an error, which would hide
// that an invite was sent. Rooms may stay in the log: the next sync fetches the changes
// again.
func (s *Store) writeDurably(ctx context.Context, f func(*sql.Tx) error) error {
	if err := s.write(ctx, f); err != nil || s.path == "" {
		return err
	}
	// The change is committed, even if a reader keeps it in the log.
	_, _ = s.db.ExecContext(context.WithoutCancel(ctx), `PRAGMA wal_checkpoint(TRUNCATE)`)
	return nil
}

func transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, f func(*sql.Tx) error) error {
	return retryBusy(ctx, func() error {
		tx, err := db.BeginTx(ctx, opts)
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			_ = tx.Rollback() // the error of f is returned
			return err
		}
		return tx.Commit()
	})
}

// retryBusy calls f again while another program has locked the file.
func retryBusy(ctx context.Context, f func() error) error {
	err := f()
	for try := 1; try < maxTries && isBusy(err); try++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause + rand.N(pause)):
		}
		err = f()
	}
	return err
}

func isBusy(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_PROTOCOL || errors.Is(err, ErrBusy)
}
