package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// migrations are the SQL scripts that upgrade the schema, each by one version,
// starting from an empty file. The last statement of each sets user_version.
// Released scripts must not be changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// applicationID identifies databases of this program. The first migration sets it.
const applicationID = 0x6d786976

// migrate upgrades the schema to the latest version. It does not change a file of
// another program.
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
		if err := enableWAL(ctx, db); err != nil {
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

// step upgrades the file to a version, unless another program has done it already.
func step(ctx context.Context, db *sql.DB, to int, statements string) error {
	return write(ctx, db, func(tx *sql.Tx) error {
		version, err := userVersion(ctx, tx)
		if err != nil || version >= to {
			return err
		}
		if _, err := tx.ExecContext(ctx, statements); err != nil {
			return err
		}
		version, err = userVersion(ctx, tx)
		switch {
		case err != nil:
			return err
		case version != to:
			return fmt.Errorf("it sets schema %d", version)
		case to == firstChecked:
			err = addChecksums(ctx, tx)
		}
		if err != nil || to < firstChecked {
			return err
		}
		return copySchema(ctx, tx, to)
	})
}

// identify returns the schema version of a file of this program or of an empty
// file.
func identify(ctx context.Context, db *sql.DB) (version int, err error) {
	err = read(ctx, db, func(tx *sql.Tx) error {
		var application, objects int
		const q = `SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id`
		if err := tx.QueryRowContext(ctx, q).Scan(&application, &objects); err != nil {
			return err
		}
		if version, err = userVersion(ctx, tx); err != nil {
			return err
		}
		copied, found, err := copiedVersion(ctx, tx)
		switch {
		case err != nil:
			return err
		case found && (application != applicationID || version != copied):
			return errInvalid
		case version < 0 || application != applicationID && objects > 0:
			return errForeign
		}
		return nil
	})
	return version, damageOf(err)
}

// copiedVersion returns the copy of user_version, which is found in files since
// firstChecked.
func copiedVersion(ctx context.Context, tx *sql.Tx) (version int, found bool, err error) {
	const exists = `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_copy'`
	if err := tx.QueryRowContext(ctx, exists).Scan(&found); err != nil || !found {
		return 0, false, err
	}
	err = tx.QueryRowContext(ctx, `SELECT version FROM schema_copy`).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		err = errInvalid
	}
	return version, true, err
}

func userVersion(ctx context.Context, tx *sql.Tx) (version int, err error) {
	err = tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version)
	return version, err
}

// enableWAL switches an empty file to write-ahead logging, so that it can be read
// while another program writes (https://www.sqlite.org/wal.html). The setting is
// permanent. If the file system does not support it, SQLite works without.
func enableWAL(ctx context.Context, db *sql.DB) error {
	return retryBusy(ctx, func() error {
		_, err := db.ExecContext(ctx, `PRAGMA journal_mode = WAL`)
		return err
	})
}
