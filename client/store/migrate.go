package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

// migrations lead from an empty file to the schema of today, one numbered file
// for each step. The last statement of each sets user_version to its number. A
// step that has been released is never changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a database as ours. The first migration sets it.
const applicationID = 0x6d786976

// migrate brings the file up to date, and leaves it alone if it is not ours.
func migrate(ctx context.Context, db *sql.DB, steps fs.FS) error {
	names, err := fs.Glob(steps, "migrations/*.sql")
	if err != nil {
		return err
	}
	version, err := identify(ctx, db)
	switch {
	case err != nil:
		return err
	case version > len(names):
		return &NewerError{Schema: version, Known: len(names)}
	case version == len(names):
		return nil
	case version == 0:
		if err := logAhead(ctx, db); err != nil {
			return err
		}
	}
	for i, name := range names[version:] {
		statements, err := fs.ReadFile(steps, name)
		if err != nil {
			return err
		}
		if err := step(ctx, db, version+i+1, string(statements)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// step takes the file to a version, unless another program has done so first.
func step(ctx context.Context, db *sql.DB, to int, statements string) error {
	return write(ctx, db, func(tx *sql.Tx) error {
		version, err := userVersion(ctx, tx)
		if err != nil || version >= to {
			return err
		}
		if _, err := tx.ExecContext(ctx, statements); err != nil {
			return err
		}
		if version, err = userVersion(ctx, tx); err == nil && version != to {
			err = fmt.Errorf("it leads to schema %d", version)
		}
		return err
	})
}

// identify tells the schema's version of a file that is ours or empty.
func identify(ctx context.Context, db *sql.DB) (version int, err error) {
	err = read(ctx, db, func(tx *sql.Tx) error {
		var application, objects int
		const q = `SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id`
		if err := tx.QueryRowContext(ctx, q).Scan(&application, &objects); err != nil {
			return err
		}
		version, err = userVersion(ctx, tx)
		if err == nil && (version < 0 || application != applicationID && objects > 0) {
			err = errForeign
		}
		return err
	})
	return version, err
}

func userVersion(ctx context.Context, tx *sql.Tx) (version int, err error) {
	err = tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version)
	return version, err
}

// logAhead makes an empty file one that is read while it is written
// (https://www.sqlite.org/wal.html). It stays that way. Where the file system
// cannot do this, SQLite goes on without.
func logAhead(ctx context.Context, db *sql.DB) error {
	return takeTurns(ctx, func() error {
		_, err := db.ExecContext(ctx, `PRAGMA journal_mode = WAL`)
		return err
	})
}
