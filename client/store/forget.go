package store

import (
	"context"
	"database/sql"
)

// Forget deletes all data of an account. The files contain no copy of it
// afterwards. After an error the files may still contain some of it; Forget may be
// called again.
func (s *Store) Forget(ctx context.Context, account Account) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		const q = `DELETE FROM accounts WHERE user_id = ? AND homeserver = ?`
		_, err := tx.ExecContext(ctx, q, account.UserID, account.Homeserver)
		return err
	})
	if err == nil {
		err = retryBusy(ctx, func() error { return shrink(ctx, s.db) })
	}
	return explain("forget an account in", s.path, err)
}

// shrink removes deleted data from the file and from the log, and releases the
// space. It fails if another program reads during the whole time.
func shrink(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, `VACUUM`); err != nil {
		return err
	}
	var busy bool
	var pages, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy {
		return ErrBusy
	}
	return nil
}
