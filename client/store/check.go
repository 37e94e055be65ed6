package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"
)

// verify reads the whole file and returns an error that says damage if it finds any: it
// checks the structure
// (https://www.sqlite.org/pragma.html#pragma_integrity_check), the schema and the
// checksums of all rows.
func verify(ctx context.Context, db *sql.DB) error {
	err := read(ctx, db, func(tx *sql.Tx) error {
		var verdict string
		if err := tx.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return errInvalid // the verdict may quote values
		}
		if err := verifySchema(ctx, tx); err != nil {
			return err
		}
		for _, t := range checkedTables() {
			if err := t.verifyRows(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return damageOf(err)
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
