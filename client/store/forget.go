package store

import (
	"context"
	"database/sql"
)

// Forget deletes everything of an account, and leaves none of it in the files.
// After an error the files may still hold some of it, and Forget may be called
// again.
func (s *Store) Forget(ctx context.Context, account Account) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		const q = `DELETE FROM accounts WHERE user_id = ? AND homeserver = ?`
		_, err := tx.ExecContext(ctx, q, account.UserID, account.Homeserver)
		return err
	})
	if err == nil {
		err = takeTurns(ctx, func() error { return shrink(ctx, s.db) })
	}
	return explain("forget an account in", s.path, err)
}

// shrink gives the space of what was deleted back, and empties the log, which
// still holds it, into the database, which does not. Only somebody who has been
// reading all the while can keep that from happening.
func shrink(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, `VACUUM`); err != nil {
		return err
	}
	var held bool
	var pages, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&held, &pages, &moved); err != nil {
		return err
	}
	if held {
		return ErrBusy
	}
	return nil
}
