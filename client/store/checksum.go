package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// firstChecked is the first schema version in which rows have checksums.
const firstChecked = 3

// A checkedTable is a table whose rows have a checksum of these columns. The row IDs
// are not among them: they are also in the indexes, and SQLite compares the two.
type checkedTable struct {
	name, key, columns string

	large bool // it is most of the file
}

func checkedTables() []checkedTable {
	return []checkedTable{
		{"accounts", "id", "user_id, homeserver, next_batch, saved_at", false},
		{"rooms", "id", "account, room_id, traced, heroes", false},
		{"current_events", "room, type, state_key", "room, type, state_key, raw", true},
		{"past_events", "room, event_id", "room, event_id, raw", true},
		{"outbox", "id", outboxColumns, false},
		{"addresses", "account, room_id, token", "account, room_id, token, sealed", false},
		{"notes", "account, name", "account, name, value", false},
	}
}

const outboxColumns = "account, room_id, mark, state, queued_at, changed_at, attempts, user_id, token, sealed"

// checksum returns the CRC-32C of the values of a row: integers, texts and blobs.
func checksum(values ...any) int64 {
	castagnoli := crc32.MakeTable(crc32.Castagnoli) // made once by the package
	var (
		sum    uint32
		number [8]byte
	)
	add := func(n int) { // also separates texts from each other
		binary.LittleEndian.PutUint64(number[:], uint64(n))
		sum = crc32.Update(sum, castagnoli, number[:])
	}
	for _, value := range values {
		switch v := value.(type) {
		case nil: // an empty blob is read as nil
			add(0)
		case int64:
			add(int(v))
		case string:
			add(len(v))
			sum = crc32.Update(sum, castagnoli, []byte(v))
		case []byte:
			add(len(v))
			sum = crc32.Update(sum, castagnoli, v)
		}
	}
	return int64(sum)
}

// number returns a condition as SQLite stores it.
func number(condition bool) int64 {
	if condition {
		return 1
	}
	return 0
}

// verifyRows compares the checksums of all rows of a table. It reads the table
// itself, because an index may be damaged.
func (t checkedTable) verifyRows(ctx context.Context, tx *sql.Tx) error {
	return t.scan(ctx, tx, t.columns+", checksum", func(row []any) error {
		if last := len(row) - 1; row[last] != checksum(row[:last]...) {
			return errInvalid
		}
		return nil
	})
}

// scan calls f with the values of each row.
func (t checkedTable) scan(ctx context.Context, tx *sql.Tx, columns string, f func(row []any) error) error {
	row := make([]any, strings.Count(columns, ",")+1)
	pointers := make([]any, len(row))
	for i := range row {
		pointers[i] = &row[i]
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM `+t.name+` NOT INDEXED`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// addChecksums computes the checksums of all rows, which an older program wrote.
func addChecksums(ctx context.Context, tx *sql.Tx) error {
	for _, t := range checkedTables() {
		key := strings.Split(t.key, ", ")
		var updates [][]any // the checksum and the key of each row
		err := t.scan(ctx, tx, t.key+", "+t.columns, func(row []any) error {
			updates = append(updates, append([]any{checksum(row[len(key):]...)}, row[:len(key)]...))
			return nil
		})
		if err != nil {
			return err
		}
		update, err := tx.PrepareContext(ctx, `UPDATE `+t.name+` SET checksum = ? WHERE `+strings.Join(key, ` = ? AND `)+` = ?`)
		if err != nil {
			return err
		}
		for _, args := range updates {
			if _, err := update.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
	}
	return nil
}
