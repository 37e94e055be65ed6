package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"maunium.net/go/mautrix/id"
)

// Load returns the rooms of an account without their events, which [Store.Events] reads.
// It includes a concurrent Save completely or not at all.
func (s *Store) Load(ctx context.Context, account Account) (Snapshot, error) {
	var rooms []Room
	snapshot, err := s.LoadEach(ctx, account, func() { rooms = nil }, func(r Room) { rooms = append(rooms, r) })
	if err != nil {
		return Snapshot{}, err
	}
	snapshot.Rooms = rooms
	return snapshot, nil
}

// LoadEach is like Load, and calls f with each room instead of returning it. It calls
// begin first. If another program has locked the file, LoadEach calls begin again, and
// the rooms before that are not valid.
func (s *Store) LoadEach(ctx context.Context, account Account, begin func(), f func(Room)) (Snapshot, error) {
	var snapshot Snapshot
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		begin()
		var err error
		snapshot, err = load(ctx, tx, account, f)
		return err
	})
	if err != nil {
		return Snapshot{}, explain("read", s.path, err)
	}
	return snapshot, nil
}

func load(ctx context.Context, tx *sql.Tx, account Account, f func(Room)) (Snapshot, error) {
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
	return snapshot, loadRooms(ctx, tx, row, f)
}

func loadRooms(ctx context.Context, tx *sql.Tx, account int64, f func(Room)) error {
	// In the order of both tables, so that each page is read once.
	const q = `SELECT id, room_id, traced, heroes, digest, events, digests.checksum
		FROM rooms NOT INDEXED LEFT JOIN digests ON room = rooms.id WHERE account = ? ORDER BY rooms.id`
	var (
		row         int64
		room        id.RoomID
		traced      bool
		heroes      sql.RawBytes
		digest      sql.RawBytes
		events, sum sql.NullInt64
	)
	return each(ctx, tx, q, account, []any{&row, &room, &traced, &heroes, &digest, &events, &sum}, func() error {
		r := Room{ID: room, Traced: traced}
		if string(heroes) != "[]" && json.Unmarshal(heroes, &r.Heroes) != nil {
			return errInvalid // an error of encoding/json would quote the value
		}
		if sum.Valid && sum.Int64 == checksum(row, []byte(digest), events.Int64) {
			r.Digest = string(digest)
		}
		f(r)
		return nil
	})
}

// Events returns a room with its events. The error is a [DamagedError] if an event is
// missing or changed. Then the next [Open] checks the whole file.
func (s *Store) Events(ctx context.Context, account Account, room id.RoomID) (Room, error) {
	var found Room
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		var err error
		found, err = loadEvents(ctx, tx, account, room)
		return err
	})
	if err != nil {
		return Room{}, s.suspect(explain("read", s.path, damageOf(err)))
	}
	return found, nil
}

// ErrNoRoom says that a room is not stored.
var ErrNoRoom = errors.New("the room is not stored")

func loadEvents(ctx context.Context, tx *sql.Tx, account Account, room id.RoomID) (Room, error) {
	const q = `SELECT id, traced, heroes, events FROM rooms LEFT JOIN digests ON room = rooms.id
		WHERE account = ` + accountRow + ` AND room_id = ?`
	var (
		row    int64
		heroes []byte
		sum    sql.NullInt64 // of the checksums; older programs did not store it
		r      = Room{ID: room, Current: map[Key]json.RawMessage{}, History: map[id.EventID]json.RawMessage{}}
	)
	err := tx.QueryRowContext(ctx, q, account.UserID, account.Homeserver, room).Scan(&row, &r.Traced, &heroes, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRoom
	}
	if err == nil && json.Unmarshal(heroes, &r.Heroes) != nil {
		err = errInvalid
	}
	if err != nil {
		return Room{}, err
	}
	current, err := readEvents(ctx, tx, `SELECT raw, checksum, type, state_key FROM current_events WHERE room = ?`, row, r.Current,
		func(k *Key) []any { return []any{&k.Type, &k.StateKey} }, Key.values)
	if err != nil {
		return Room{}, err
	}
	past, err := readEvents(ctx, tx, `SELECT raw, checksum, event_id FROM past_events WHERE room = ?`, row, r.History,
		func(k *id.EventID) []any { return []any{k} }, eventValues)
	if err == nil && sum.Valid && sum.Int64 != current+past {
		err = fmt.Errorf("%w: events are missing", errInvalid)
	}
	return r, err
}

// readEvents reads the events of a room into a map, and returns the sum of their
// checksums.
func readEvents[K comparable](ctx context.Context, tx *sql.Tx, query string, room int64, into map[K]json.RawMessage,
	columns func(*K) []any, values func(K) []any,
) (sum int64, err error) {
	var (
		key    K
		raw    []byte // a new slice for each row
		stored int64
	)
	err = each(ctx, tx, query, room, append([]any{&raw, &stored}, columns(&key)...), func() error {
		if eventChecksum(room, values(key), raw) != stored {
			return errInvalid
		}
		into[key] = raw
		sum += stored
		return nil
	})
	return sum, err
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
