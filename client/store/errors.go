package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers handle, besides the types below and [fs.ErrPermission].
var (
	// ErrConflict says that the NextBatch in the store is not the Since of the
	// batch, because another program has saved or an earlier batch was lost.
	// Nothing was written. Save a batch with all rooms instead (see [Batch]).
	ErrConflict = errors.New("another program has changed it")

	// ErrBusy says that another program has kept the file locked for too long.
	ErrBusy = errors.New("another program has locked it")

	// ErrFull says that the disk is full. The data saved before is intact.
	ErrFull = errors.New("the disk is full")

	// ErrReplaced says that the file was deleted or replaced after it was opened.
	// Nothing was written.
	ErrReplaced = errors.New("the file was deleted or replaced; restart the program")

	// ErrInUse says that a damaged file was not set aside, because another program has
	// it open.
	ErrInUse = errors.New("another program has it open; end that program first")
)

var (
	errForeign = errors.New("it is the database of another program")
	errInvalid = errors.New("it contains invalid data")
	errEmpty   = errors.New("the file is empty or too short")
	errMissing = errors.New("the file is missing, but its log exists")
)

// A NewerError says that the file was written by a later version of the program.
type NewerError struct {
	Path          string
	Schema, Known int // schema version of the file, and the latest one that this program supports
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store at %s was written by a newer program (schema %d; this one supports up to %d)", e.Path, e.Schema, e.Known)
}

// A DamagedError says that the file exists and cannot be read. It was not changed;
// [SetAside] renames it.
type DamagedError struct {
	Path string
	Err  error
	file os.FileInfo // identifies the file, if it exists
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the store at %s is damaged: %v", e.Path, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// explain adds the operation and the path to an error, and replaces SQLite's error
// by one of this package. The messages of SQLite contain names of tables and
// columns, but no data.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	var newer *NewerError
	if errors.As(err, &newer) {
		return &NewerError{Path: path, Schema: newer.Schema, Known: newer.Known}
	}
	switch c := code(err); {
	case isBusy(err):
		err = ErrBusy
	case c == sqlite3.SQLITE_NOTADB, c == sqlite3.SQLITE_CORRUPT, errors.Is(err, errInvalid), errors.Is(err, errEmpty), errors.Is(err, errMissing):
		file, _ := os.Stat(path) // nil if it does not exist
		return &DamagedError{Path: path, Err: err, file: file}
	case c == sqlite3.SQLITE_FULL:
		err = ErrFull
	case c == sqlite3.SQLITE_READONLY, c == sqlite3.SQLITE_CANTOPEN, c == sqlite3.SQLITE_PERM:
		err = fmt.Errorf("the file and its directory must be writable: %w (%w)", fs.ErrPermission, err)
	}
	return fmt.Errorf("%s the store at %s: %w", doing, path, err)
}

// code returns the primary result code of an error from SQLite, and SQLITE_OK for
// other errors (https://www.sqlite.org/rescode.html).
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return sqlite3.SQLITE_OK
	}
	return e.Code() & 0xff
}
