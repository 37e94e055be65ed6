package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"maunium.net/go/mautrix/id"
)

// A table stores events of rooms, each under a key. The parameters of its
// statements are the room's row, followed by the columns of the key.
type table[K comparable] struct {
	list, put, drop *sql.Stmt
	columns         func(*K) []any // returns pointers to the parts of a key, to scan it
	values          func(K) []any  // returns the parts of a key, to write it
	compare         func(a, b K) int
}

func currentTable(prepare func(string) *sql.Stmt) table[Key] {
	return table[Key]{
		list: prepare(`SELECT raw, type, state_key FROM current_events WHERE room = ?`),
		put: prepare(`INSERT INTO current_events (room, type, state_key, raw, checksum) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET raw = excluded.raw, checksum = excluded.checksum`),
		drop:    prepare(`DELETE FROM current_events WHERE room = ? AND type = ? AND state_key = ?`),
		columns: func(k *Key) []any { return []any{&k.Type, &k.StateKey} },
		values:  Key.values,
		compare: func(a, b Key) int {
			return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.StateKey, b.StateKey))
		},
	}
}

func historyTable(prepare func(string) *sql.Stmt) table[id.EventID] {
	return table[id.EventID]{
		list: prepare(`SELECT raw, event_id FROM past_events WHERE room = ?`),
		put: prepare(`INSERT INTO past_events (room, event_id, raw, checksum) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET raw = excluded.raw, checksum = excluded.checksum`),
		drop:    prepare(`DELETE FROM past_events WHERE room = ? AND event_id = ?`),
		columns: func(k *id.EventID) []any { return []any{k} },
		values:  eventValues,
		compare: cmp.Compare[id.EventID],
	}
}

func (k Key) values() []any { return []any{k.Type, k.StateKey} }

func eventValues(event id.EventID) []any { return []any{string(event)} }

// eventChecksum returns the checksum of the row of an event.
func eventChecksum(room int64, key []any, raw []byte) int64 {
	return checksum(append(append([]any{room}, key...), raw)...)
}

// replace makes events the events of a room. It writes only rows that differ. It returns
// the sum of the checksums of all.
func (t table[K]) replace(ctx context.Context, room int64, events map[K]json.RawMessage) (sum int64, err error) {
	missing, extra, err := t.differences(ctx, room, events)
	if err != nil {
		return 0, err
	}
	for _, key := range extra {
		if _, err := t.drop.ExecContext(ctx, append([]any{room}, t.values(key)...)...); err != nil {
			return 0, err
		}
	}
	// In key order, so that the pages of a new room are filled.
	for _, key := range slices.SortedFunc(maps.Keys(missing), t.compare) {
		columns := append(append([]any{room}, t.values(key)...), []byte(missing[key]))
		if _, err := t.put.ExecContext(ctx, append(columns, checksum(columns...))...); err != nil {
			return 0, err
		}
	}
	for key, raw := range events {
		sum += eventChecksum(room, t.values(key), raw)
	}
	return sum, nil
}

// differences returns the events that are missing from the file or different there,
// and the keys in the file that are not in events.
func (t table[K]) differences(ctx context.Context, room int64, events map[K]json.RawMessage) (missing map[K]json.RawMessage, extra []K, err error) {
	rows, err := t.list.QueryContext(ctx, room)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	missing = maps.Clone(events)
	for rows.Next() {
		var (
			key    K
			stored sql.RawBytes
		)
		if err := rows.Scan(append([]any{&stored}, t.columns(&key)...)...); err != nil {
			return nil, nil, err
		}
		switch raw, wanted := events[key]; {
		case !wanted:
			extra = append(extra, key)
		case bytes.Equal(raw, stored):
			delete(missing, key)
		}
	}
	return missing, extra, rows.Err()
}
