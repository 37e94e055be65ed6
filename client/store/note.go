package store

import (
	"context"
	"database/sql"
	"errors"
)

// Note returns the value that was saved for an account under a name, or nil.
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

// SetNote saves a value for an account under a name.
func (s *Store) SetNote(ctx context.Context, account Account, name string, value []byte) error {
	err := s.writeDurably(ctx, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		const q = `INSERT INTO notes (account, name, value, checksum) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET value = excluded.value, checksum = excluded.checksum`
		_, err = tx.ExecContext(ctx, q, row, name, append([]byte{}, value...), checksum(row, name, value))
		return err
	})
	return explain("write a note in", s.path, err)
}

// Version returns a number that changes when another program writes to the file
// (https://www.sqlite.org/pragma.html#pragma_data_version). It does not change when
// this program writes.
func (s *Store) Version(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version)
	return version, explain("read", s.path, err)
}
