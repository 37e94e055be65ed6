package store

import (
	"context"
	"database/sql"
)

// Addresses returns the address book of an account.
func (s *Store) Addresses(ctx context.Context, account Account) (book []Address, err error) {
	err = read(ctx, s.db, func(tx *sql.Tx) error {
		book = nil
		rows, err := tx.QueryContext(ctx, `SELECT room_id, token, sealed FROM addresses WHERE account = `+accountRow,
			account.UserID, account.Homeserver)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var a Address
			if err := rows.Scan(&a.Room, &a.Token, &a.Sealed); err != nil {
				return err
			}
			book = append(book, a)
		}
		return rows.Err()
	})
	return book, explain("read the address book in", s.path, err)
}

// ForgetAddresses deletes the address book of an account and the finished entries
// of its outbox, which contain addresses, too. The files contain no copy of them
// afterwards. After an error it may be called again.
func (s *Store) ForgetAddresses(ctx context.Context, account Account) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			`DELETE FROM addresses WHERE account = ` + accountRow,
			`DELETE FROM outbox WHERE account = ` + accountRow + ` AND state NOT IN ('queued', 'sending', 'uncertain')`,
		} {
			if _, err := tx.ExecContext(ctx, q, account.UserID, account.Homeserver); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = retryBusy(ctx, func() error { return shrink(ctx, s.db) })
	}
	return explain("forget addresses in", s.path, err)
}
