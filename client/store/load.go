package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"maunium.net/go/mautrix/id"
)

// Load returns all data of an account. It includes a concurrent Save completely
// or not at all.
func (s *Store) Load(ctx context.Context, account Account) (Snapshot, error) {
	var rooms []Room
	snapshot, err := s.Stream(ctx, account, func(r Room) { rooms = append(rooms, r) })
	snapshot.Rooms = rooms
	return snapshot, err
}

// Stream is like [Store.Load] but passes each room to yield as soon as it is read,
// ordered by ID. The snapshot it returns has no rooms. If it returns an error, the
// rooms must be discarded.
func (s *Store) Stream(ctx context.Context, account Account, yield func(Room)) (Snapshot, error) {
	var snapshot Snapshot
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		var err error
		snapshot, err = load(ctx, tx, account, yield)
		return err
	})
	if err != nil {
		return Snapshot{}, explain("read", s.path, err)
	}
	return snapshot, nil
}

// load reads an account. It can only fail with a busy error before the first row:
// after that it reads a fixed state of the file, so no room is passed on twice.
func load(ctx context.Context, tx *sql.Tx, account Account, yield func(Room)) (Snapshot, error) {
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
	return snapshot, loadCurrent(ctx, tx, row, rooms, yield)
}

// roomList has the rooms of an account, and their indexes by row ID.
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
			return errInvalid // an error of encoding/json would quote the value
		}
		rooms.list = append(rooms.list, r)
		return nil
	})
	return rooms, err
}

// The joins below use CROSS JOIN to fix their order: without statistics SQLite
// might read the events of all accounts first.

func loadHistory(ctx context.Context, tx *sql.Tx, account int64, rooms roomList) error {
	const q = `SELECT room, event_id, raw
		FROM rooms CROSS JOIN past_events ON room = rooms.id WHERE account = ?`
	var (
		row   int64
		event id.EventID
		raw   []byte // a new slice for each row
	)
	return each(ctx, tx, q, account, []any{&row, &event, &raw}, func() error {
		rooms.list[rooms.at[row]].History[event] = raw
		return nil
	})
}

// loadCurrent reads the current events, which are most of the data, and passes on
// each room when it is complete.
func loadCurrent(ctx context.Context, tx *sql.Tx, account int64, rooms roomList, yield func(Room)) error {
	const q = `SELECT room, type, state_key, raw
		FROM rooms CROSS JOIN current_events ON room = rooms.id WHERE account = ? ORDER BY room_id`
	var (
		row  int64
		key  Key
		raw  []byte // a new slice for each row
		done int
	)
	flush := func(before int) {
		for ; done < before; done++ {
			yield(rooms.list[done])
		}
	}
	err := each(ctx, tx, q, account, []any{&row, &key.Type, &key.StateKey, &raw}, func() error {
		n := rooms.at[row]
		flush(n)
		rooms.list[n].Current[key] = raw
		return nil
	})
	if err == nil {
		flush(len(rooms.list))
	}
	return err
}

// each scans the rows of a query into columns and calls f after each row.
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
