package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"maunium.net/go/mautrix/id"
)

// Save stores the rooms and the NextBatch of a batch. If the program is killed
// during Save, nothing is stored. If the batch is not based on the stored state,
// Save returns [ErrConflict].
func (s *Store) Save(ctx context.Context, account Account, batch Batch) error {
	err := s.write(ctx, func(tx *sql.Tx) error { return save(ctx, tx, account, batch) })
	return explain("save to", s.path, err)
}

func save(ctx context.Context, tx *sql.Tx, account Account, batch Batch) error {
	row, err := advance(ctx, tx, account, batch)
	if err != nil {
		return err
	}
	if batch.Since == "" {
		if err := dropOthers(ctx, tx, row, batch.Changed); err != nil {
			return err
		}
	}
	if err := drop(ctx, tx, row, batch.Left); err != nil {
		return err
	}
	w, err := newWriter(ctx, tx)
	if err != nil {
		return err
	}
	for _, room := range batch.Changed {
		if err := w.save(ctx, row, room); err != nil {
			return err
		}
	}
	return nil
}

// advance sets the NextBatch of an account and returns its row.
func advance(ctx context.Context, tx *sql.Tx, account Account, batch Batch) (row int64, err error) {
	var stored string
	const get = `SELECT next_batch FROM accounts WHERE user_id = ? AND homeserver = ?`
	err = tx.QueryRowContext(ctx, get, account.UserID, account.Homeserver).Scan(&stored)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if batch.Since != "" && batch.Since != stored {
		return 0, ErrConflict
	}
	const put = `INSERT INTO accounts (user_id, homeserver, next_batch, saved_at, checksum) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET next_batch = excluded.next_batch, saved_at = excluded.saved_at, checksum = excluded.checksum
		RETURNING id`
	columns := []any{string(account.UserID), account.Homeserver, batch.NextBatch, batch.At.UnixMilli()}
	err = tx.QueryRowContext(ctx, put, append(columns, checksum(columns...))...).Scan(&row)
	return row, err
}

// dropOthers deletes all rooms of an account except those in keep.
func dropOthers(ctx context.Context, tx *sql.Tx, account int64, keep []Room) error {
	kept := make(map[id.RoomID]bool, len(keep))
	for _, room := range keep {
		kept[room.ID] = true
	}
	var (
		room   id.RoomID
		others []id.RoomID
	)
	const q = `SELECT room_id FROM rooms WHERE account = ?`
	err := each(ctx, tx, q, account, []any{&room}, func() error {
		if !kept[room] {
			others = append(others, room)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return drop(ctx, tx, account, others)
}

func drop(ctx context.Context, tx *sql.Tx, account int64, rooms []id.RoomID) error {
	for _, room := range rooms {
		const q = `DELETE FROM rooms WHERE account = ? AND room_id = ?`
		if _, err := tx.ExecContext(ctx, q, account, room); err != nil {
			return err
		}
	}
	return nil
}

// A writer writes rooms in one transaction.
type writer struct {
	find, add, change, digest *sql.Stmt
	current                   table[Key]
	history                   table[id.EventID]
}

func newWriter(ctx context.Context, tx *sql.Tx) (writer, error) {
	var failed []error
	prepare := func(query string) *sql.Stmt {
		stmt, err := tx.PrepareContext(ctx, query) // closed with the transaction
		failed = append(failed, err)
		return stmt
	}
	w := writer{
		find:   prepare(`SELECT id, traced, heroes FROM rooms WHERE account = ? AND room_id = ?`),
		add:    prepare(`INSERT INTO rooms (account, room_id, traced, heroes, checksum) VALUES (?, ?, ?, ?, ?)`),
		change: prepare(`UPDATE rooms SET traced = ?, heroes = ?, checksum = ? WHERE id = ?`),
		digest: prepare(`INSERT INTO digests (room, digest, events, checksum) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET digest = excluded.digest, events = excluded.events, checksum = excluded.checksum
			WHERE checksum != excluded.checksum OR digest != excluded.digest`),
		current: currentTable(prepare),
		history: historyTable(prepare),
	}
	return w, errors.Join(failed...)
}

func (w writer) save(ctx context.Context, account int64, room Room) error {
	row, err := w.saveRoom(ctx, account, room)
	if err != nil {
		return err
	}
	current, err := w.current.replace(ctx, row, room.Current)
	if err != nil {
		return err
	}
	past, err := w.history.replace(ctx, row, room.History)
	if err != nil {
		return err
	}
	columns := []any{row, []byte(room.Digest), current + past}
	_, err = w.digest.ExecContext(ctx, append(columns, checksum(columns...))...)
	return err
}

// saveRoom writes the data of a room without its events and returns its row.
func (w writer) saveRoom(ctx context.Context, account int64, room Room) (row int64, err error) {
	wanted, err := json.Marshal(append([]id.UserID{}, room.Heroes...)) // [] instead of null
	if err != nil {
		return 0, err
	}
	var (
		traced bool
		heroes string
		sum    = checksum(account, string(room.ID), number(room.Traced), string(wanted))
	)
	err = w.find.QueryRowContext(ctx, account, room.ID).Scan(&row, &traced, &heroes)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		added, err := w.add.ExecContext(ctx, account, room.ID, room.Traced, string(wanted), sum)
		if err != nil {
			return 0, err
		}
		return added.LastInsertId()
	case err != nil:
		return 0, err
	case traced != room.Traced || heroes != string(wanted):
		_, err = w.change.ExecContext(ctx, room.Traced, string(wanted), sum, row)
	}
	return row, err
}
