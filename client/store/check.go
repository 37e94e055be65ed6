package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// verify returns an error that says damage if the file is damaged. It checks the structure
// (https://www.sqlite.org/pragma.html#pragma_integrity_check), the schema and the
// checksums of rows. Unless all is set, it does not read the events and the digests, which
// are most of the file: Load and Events check them.
func verify(ctx context.Context, db *sql.DB, all bool) error {
	err := read(ctx, db, func(tx *sql.Tx) error {
		if err := verifySchema(ctx, tx); err != nil {
			return err
		}
		if all {
			if err := integrity(ctx, tx, "1"); err != nil {
				return err
			}
		}
		for _, t := range checkedTables() {
			if t.large && !all {
				continue
			}
			if err := integrity(ctx, tx, t.name); err != nil {
				return err
			}
			if err := t.verifyRows(ctx, tx); err != nil {
				return err
			}
		}
		if all {
			return verifySums(ctx, tx)
		}
		return nil
	})
	return damageOf(err)
}

// verifySums compares the sum of the checksums of the events of each room with the one
// that was stored: an event may be missing.
func verifySums(ctx context.Context, tx *sql.Tx) error {
	const q = `SELECT count(*) FROM digests WHERE events !=
		(SELECT total(checksum) FROM current_events WHERE current_events.room = digests.room) +
		(SELECT total(checksum) FROM past_events WHERE past_events.room = digests.room)`
	var different int
	err := tx.QueryRowContext(ctx, q).Scan(&different)
	if err == nil && different > 0 {
		err = errInvalid
	}
	return err
}

// integrity checks the structure of a table or, if of is a maximum number of errors, of
// the whole file.
func integrity(ctx context.Context, tx *sql.Tx, of string) error {
	var verdict string
	err := tx.QueryRowContext(ctx, `PRAGMA integrity_check(`+of+`)`).Scan(&verdict)
	if err == nil && verdict != "ok" {
		err = errInvalid // the verdict may quote values
	}
	return err
}

// suspectMark is in the name of a file beside the database. It says that the whole
// database has to be checked.
const suspectMark = ".check"

// suspect makes the next [Open] check the whole file if err says damage. It returns err.
func (s *Store) suspect(err error) error {
	var damaged *DamagedError
	if s.path != "" && errors.As(err, &damaged) {
		_ = os.WriteFile(s.path+suspectMark, nil, 0o600) // without the mark, damage is found when the events are read
	}
	return err
}

// Check reads the whole file. It returns a [DamagedError] if a byte is missing or changed.
func (s *Store) Check(ctx context.Context) error {
	return s.suspect(explain("check", s.path, verify(ctx, s.db, true)))
}

// check verifies the file when it is opened.
func (s *Store) check(ctx context.Context) error {
	_, err := os.Stat(s.path + suspectMark)
	suspected := err == nil
	if err := verify(ctx, s.db, suspected); err != nil || !suspected {
		return err
	}
	return os.Remove(s.path + suspectMark)
}

// damageOf returns an error that says damage for errors such as a missing table or an
// unknown file format.
func damageOf(err error) error {
	if code(err) == sqlite3.SQLITE_ERROR {
		return fmt.Errorf("%w: %w", errInvalid, err)
	}
	return err
}

// verifySchema compares the schema with the copy of its checksum.
func verifySchema(ctx context.Context, tx *sql.Tx) error {
	var stored int64
	if err := tx.QueryRowContext(ctx, `SELECT checksum FROM schema_copy`).Scan(&stored); err != nil {
		return fmt.Errorf("%w: %w", errInvalid, err)
	}
	sum, err := schemaChecksum(ctx, tx)
	if err == nil && sum != stored {
		err = errInvalid
	}
	return err
}

// schemaChecksum returns the sum of the checksums of the definitions of all tables and
// indexes, because VACUUM changes their order.
func schemaChecksum(ctx context.Context, tx *sql.Tx) (sum int64, err error) {
	schema := checkedTable{name: "sqlite_schema"}
	err = schema.scan(ctx, tx, `type, name, tbl_name, sql`, func(row []any) error {
		sum += checksum(row...)
		return nil
	})
	return sum, err
}

// copySchema stores the version of the schema and its checksum.
func copySchema(ctx context.Context, tx *sql.Tx, version int) error {
	sum, err := schemaChecksum(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM schema_copy`); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO schema_copy (version, checksum) VALUES (?, ?)`, version, sum)
	return err
}
