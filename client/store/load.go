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
	var rooms []Room
	snapshot, err := s.Stream(ctx, account, func(r Room) { rooms = append(rooms, r) })
	snapshot.Rooms = rooms
	return snapshot, err
}

// Stream is [Store.Load] that hands each room on as soon as it is read, in the
// order of their IDs, and returns what it tells beside them. What was handed on
// counts for nothing if there is an error.
func (s *Store) Stream(ctx context.Context, account Account, take func(Room)) (Snapshot, error) {
	var snapshot Snapshot
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		var err error
		snapshot, err = load(ctx, tx, account, take)
		return err
	})
	if err != nil {
		return Snapshot{}, explain("read", s.path, err)
	}
	return snapshot, nil
}

// load reads an account. Another program can be in its way only before the first
// row: from there on it sees one state of the file, and no room comes twice.
func load(ctx context.Context, tx *sql.Tx, account Account, take func(Room)) (Snapshot, error) {
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
	if err := loadHistory(ctx, tx, row, rooms); err != nil {
		return Snapshot{}, err
	}
	return snapshot, loadCurrent(ctx, tx, row, rooms, take)
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

// loadCurrent reads the rooms' current events, which is nearly all there is, and
// hands on each room when the next one's begin.
func loadCurrent(ctx context.Context, tx *sql.Tx, account int64, rooms roomList, take func(Room)) error {
	const q = `SELECT room, type, state_key, raw
		FROM rooms CROSS JOIN current_events ON room = rooms.id WHERE account = ? ORDER BY room_id`
	var (
		row  int64
		key  Key
		raw  []byte // a new one with every row
		done int
	)
	handOn := func(before int) {
		for ; done < before; done++ {
			take(rooms.list[done])
		}
	}
	err := each(ctx, tx, q, account, []any{&row, &key.Type, &key.StateKey, &raw}, func() error {
		n := rooms.at[row]
		handOn(n)
		rooms.list[n].Current[key] = raw
		return nil
	})
	if err == nil {
		handOn(len(rooms.list))
	}
	return err
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
