package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"
)

// Load reads all that is stored of an account, as one Save left it.
func (s *Store) Load(ctx context.Context, account Account) (Snapshot, error) {
	var snapshot Snapshot
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		var err error
		snapshot, err = load(ctx, tx, account)
		return err
	})
	if err != nil {
		return Snapshot{}, explain("read", s.path, err)
	}
	return snapshot, nil
}

func load(ctx context.Context, tx *sql.Tx, account Account) (Snapshot, error) {
	const q = `SELECT id, next_batch, saved_at FROM accounts WHERE user_id = ? AND homeserver = ?`
	var (
		row, savedAt int64
		snapshot     Snapshot
	)
	err := tx.QueryRowContext(ctx, q, account.UserID, account.Homeserver).Scan(&row, &snapshot.NextBatch, &savedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return Snapshot{}, nil
	}
	if err != nil {
		return Snapshot{}, err
	}
	snapshot.SavedAt = time.UnixMilli(savedAt).UTC()
	rooms, err := loadRooms(ctx, tx, row)
	if err != nil {
		return Snapshot{}, err
	}
	if err := loadCurrent(ctx, tx, row, rooms); err != nil {
		return Snapshot{}, err
	}
	if err := loadHistory(ctx, tx, row, rooms); err != nil {
		return Snapshot{}, err
	}
	snapshot.Rooms = rooms.list
	return snapshot, nil
}

// roomList is the rooms of an account, and where each row of the file is in it.
type roomList struct {
	list []Room
	at   map[int64]int
}

func loadRooms(ctx context.Context, tx *sql.Tx, account int64) (roomList, error) {
	const q = `SELECT id, room_id, traced, heroes FROM rooms WHERE account = ? ORDER BY room_id`
	var (
		rooms  = roomList{at: map[int64]int{}}
		row    int64
		room   id.RoomID
		traced bool
		heroes []byte
	)
	err := each(ctx, tx, q, account, []any{&row, &room, &traced, &heroes}, func() error {
		rooms.at[row] = len(rooms.list)
		r := Room{ID: room, Traced: traced, Current: map[Key]json.RawMessage{}, History: map[id.EventID]json.RawMessage{}}
		if json.Unmarshal(heroes, &r.Heroes) != nil {
			return errGarbled // what is wrong with it would quote it
		}
		rooms.list = append(rooms.list, r)
		return nil
	})
	return rooms, err
}

// The order of the joins below is ours to choose (CROSS JOIN): without
// statistics SQLite might read the events of every account and discard most.

func loadCurrent(ctx context.Context, tx *sql.Tx, account int64, rooms roomList) error {
	const q = `SELECT room, type, state_key, raw
		FROM rooms CROSS JOIN current_events ON room = rooms.id WHERE account = ?`
	var (
		row int64
		key Key
		raw []byte // a new one with every row
	)
	return each(ctx, tx, q, account, []any{&row, &key.Type, &key.StateKey, &raw}, func() error {
		rooms.list[rooms.at[row]].Current[key] = raw
		return nil
	})
}

func loadHistory(ctx context.Context, tx *sql.Tx, account int64, rooms roomList) error {
	const q = `SELECT room, event_id, raw
		FROM rooms CROSS JOIN past_events ON room = rooms.id WHERE account = ?`
	var (
		row   int64
		event id.EventID
		raw   []byte // a new one with every row
	)
	return each(ctx, tx, q, account, []any{&row, &event, &raw}, func() error {
		rooms.list[rooms.at[row]].History[event] = raw
		return nil
	})
}

// each reads the rows of a query into columns and calls f after each.
func each(ctx context.Context, tx *sql.Tx, query string, arg any, columns []any, f func() error) error {
	rows, err := tx.QueryContext(ctx, query, arg)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}
