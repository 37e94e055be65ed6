package store

import (
	"context"
	"database/sql"
	"errors"
)

// Note reads what was noted for an account under a name; nil if nothing was.
func (s *Store) Note(ctx context.Context, account Account, name string) (value []byte, err error) {
	err = read(ctx, s.db, func(tx *sql.Tx) error {
		value = nil
		err := tx.QueryRowContext(ctx, `SELECT value FROM notes WHERE account = `+accountRow+` AND name = ?`,
			account.UserID, account.Homeserver, name).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return err
	})
	return value, explain("read a note in", s.path, err)
}

// SetNote notes something for an account under a name.
func (s *Store) SetNote(ctx context.Context, account Account, name string, value []byte) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		const q = `INSERT INTO notes (account, name, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
		_, err = tx.ExecContext(ctx, q, row, name, append([]byte{}, value...))
		return err
	})
	return explain("write a note in", s.path, err)
}

// Version is another number whenever another program has written to the file
// since (https://www.sqlite.org/pragma.html#pragma_data_version). It says
// nothing of what this program wrote.
func (s *Store) Version(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version)
	return version, explain("read", s.path, err)
}
