package store

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What the caller may do something about, beside the types below and
// [fs.ErrPermission].
var (
	// ErrOvertaken says that a batch builds on another state than the stored
	// one: another program saved meanwhile, or an earlier batch got lost.
	// Nothing was written. Saving everything helps (see [Batch]).
	ErrOvertaken = errors.New("it holds another state than the one that this builds on")

	// ErrBusy says that another program kept the file locked for longer than is
	// worth waiting for.
	ErrBusy = errors.New("another program does not let go of it")

	// ErrFull says that the disk has no room left. What was saved before is intact.
	ErrFull = errors.New("the disk is full")
)

var (
	errForeign = errors.New("it is the database of another program")
	errGarbled = errors.New("it holds what this program does not write")
)

// A NewerError says that a later version of the program wrote the file.
type NewerError struct {
	Path          string
	Schema, Known int // the file's schema, and the newest that this program knows
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store at %s was written by a newer program (schema %d; this one knows %d)", e.Path, e.Schema, e.Known)
}

// A DamagedError says that a file is there and cannot be understood. Nothing in
// it was changed; [SetAside] makes room for a new one.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the store at %s is damaged: %v", e.Path, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// explain says where something failed, and in this package's words why. SQLite
// names tables and columns in its messages, but nothing of what is in them.
func explain(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	var newer *NewerError
	if errors.As(err, &newer) {
		return &NewerError{Path: path, Schema: newer.Schema, Known: newer.Known}
	}
	switch c := code(err); {
	case inTheWay(err):
		err = ErrBusy
	case c == sqlite3.SQLITE_NOTADB, c == sqlite3.SQLITE_CORRUPT, errors.Is(err, errGarbled):
		return &DamagedError{Path: path, Err: err}
	case c == sqlite3.SQLITE_FULL:
		err = ErrFull
	case c == sqlite3.SQLITE_READONLY, c == sqlite3.SQLITE_CANTOPEN, c == sqlite3.SQLITE_PERM:
		err = fmt.Errorf("the file and its directory have to be writable: %w (%w)", fs.ErrPermission, err)
	}
	return fmt.Errorf("%s the store at %s: %w", doing, path, err)
}

// code is the primary result code of an error that came from SQLite, and
// SQLITE_OK of any other (https://www.sqlite.org/rescode.html).
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return sqlite3.SQLITE_OK
	}
	return e.Code() & 0xff
}
