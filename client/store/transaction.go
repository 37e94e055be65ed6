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
	// turns is how often a transaction is tried when another program is in the
	// way. SQLite waits in most of them itself, up to its _busy_timeout; in some
	// it answers at once, and then pause keeps the two from meeting again.
	turns = 5
	pause = 20 * time.Millisecond
)

// read runs f and lets it see one state of the file, whatever others write.
func read(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, &sql.TxOptions{ReadOnly: true}, f)
}

// write runs f such that all it writes is in the file or, if it fails, nothing.
func write(ctx context.Context, db *sql.DB, f func(*sql.Tx) error) error {
	return transact(ctx, db, nil, f)
}

func transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, f func(*sql.Tx) error) error {
	return takeTurns(ctx, func() error {
		tx, err := db.BeginTx(ctx, opts)
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			_ = tx.Rollback() // the first error is the one that tells
			return err
		}
		return tx.Commit()
	})
}

// takeTurns runs f anew for as long as another program is in the way.
func takeTurns(ctx context.Context, f func() error) error {
	err := f()
	for turn := 1; turn < turns && inTheWay(err); turn++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause + rand.N(pause)):
		}
		err = f()
	}
	return err
}

func inTheWay(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_BUSY || c == sqlite3.SQLITE_PROTOCOL || errors.Is(err, ErrBusy)
}
