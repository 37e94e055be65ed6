package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"maunium.net/go/mautrix/id"
)

// A State is how far an invite in the outbox has come.
type State string

// An invite is queued, then sending, then one of the others. Sending is written
// down before the request leaves, and what came of it afterwards: what is found
// sending when nobody sends was interrupted.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Sent      State = "sent"      // a mail went out
	Resolved  State = "resolved"  // a Matrix ID was invited: the one that was given, or the owner of the address
	Uncertain State = "uncertain" // no answer came, and the room does not tell
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Active reports whether the invite may still go out, or may have.
func (s State) Active() bool { return s == Queued || s == Sending || s == Uncertain }

// ErrChanged says that an invite in the outbox is not, or no longer, in the
// state that a change begins with. Nothing was written.
var ErrChanged = errors.New("somebody else changed it meanwhile")

// An Entry is an invite in the outbox.
type Entry struct {
	ID       int64
	Room     id.RoomID
	Mark     []byte // the same for the same address in the same room
	State    State
	QueuedAt time.Time // to the millisecond, like the next
	Changed  time.Time // when it came into its state
	Attempts int
	UserID   id.UserID
	Token    string
	Sealed   []byte // everything that names the person
}

// An Address is who an invite went to.
type Address struct {
	Room   id.RoomID
	Token  string
	Sealed []byte
}

const entryColumns = `id, room_id, mark, state, queued_at, changed_at, attempts, user_id, token, sealed`

// Enqueue puts entries at the end of the outbox, all or none, and sets their
// numbers. One that is on its way to the same room already is left alone; its
// number stays 0.
func (s *Store) Enqueue(ctx context.Context, account Account, entries []Entry) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		const q = `INSERT INTO outbox (account, room_id, mark, state, queued_at, changed_at, attempts, user_id, token, sealed)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`
		for n := range entries {
			e := &entries[n]
			err := tx.QueryRowContext(ctx, q, row, e.Room, e.Mark, e.State, e.QueuedAt.UnixMilli(), e.Changed.UnixMilli(),
				e.Attempts, e.UserID, e.Token, e.Sealed).Scan(&e.ID)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return explain("write to the outbox in", s.path, err)
}

// Outbox reads the entries of an account, the oldest first.
func (s *Store) Outbox(ctx context.Context, account Account) (entries []Entry, err error) {
	err = read(ctx, s.db, func(tx *sql.Tx) error {
		entries = nil
		rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM outbox WHERE account = `+accountRow+` ORDER BY id`,
			account.UserID, account.Homeserver)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Entry
			var queued, changed int64
			err := rows.Scan(&e.ID, &e.Room, &e.Mark, &e.State, &queued, &changed, &e.Attempts, &e.UserID, &e.Token, &e.Sealed)
			if err != nil {
				return err
			}
			e.QueuedAt, e.Changed = time.UnixMilli(queued).UTC(), time.UnixMilli(changed).UTC()
			entries = append(entries, e)
		}
		return rows.Err()
	})
	return entries, explain("read the outbox in", s.path, err)
}

// Advance changes entries that are in one of the states from, all or none, and
// adds to the address book who they went to. An entry in another state makes it
// [ErrChanged]; one that would be on its way twice does, too.
func (s *Store) Advance(ctx context.Context, account Account, from []State, entries []Entry, book ...Address) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := advanceEntry(ctx, tx, row, from, e); err != nil {
				return err
			}
		}
		const q = `INSERT INTO addresses (account, room_id, token, sealed) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET sealed = excluded.sealed`
		for _, a := range book {
			if _, err := tx.ExecContext(ctx, q, row, a.Room, a.Token, a.Sealed); err != nil {
				return err
			}
		}
		return nil
	})
	return explain("write to the outbox in", s.path, err)
}

func advanceEntry(ctx context.Context, tx *sql.Tx, account int64, from []State, e Entry) error {
	args := []any{e.State, e.Changed.UnixMilli(), e.Attempts, e.UserID, e.Token, e.Sealed, e.ID, account}
	for _, state := range from {
		args = append(args, state)
	}
	q := `UPDATE outbox SET state = ?, changed_at = ?, attempts = ?, user_id = ?, token = ?, sealed = ?
		WHERE id = ? AND account = ? AND state IN (?` + strings.Repeat(`, ?`, len(from)-1) + `)`
	done, err := tx.ExecContext(ctx, q, args...)
	if code(err) == sqlite3.SQLITE_CONSTRAINT {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, ErrChanged)
	}
	return nil
}

// Clear deletes entries that are over: those in the states given. None of those
// may be active.
func (s *Store) Clear(ctx context.Context, account Account, states ...State) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		for _, state := range states {
			if state.Active() {
				return errors.New("what is on its way cannot be cleared: " + string(state))
			}
			q := `DELETE FROM outbox WHERE account = ` + accountRow + ` AND state = ?`
			if _, err := tx.ExecContext(ctx, q, account.UserID, account.Homeserver, state); err != nil {
				return err
			}
		}
		return nil
	})
	return explain("clear the outbox in", s.path, err)
}

// accountRow finds the row of an account by its user ID and homeserver.
const accountRow = `(SELECT id FROM accounts WHERE user_id = ? AND homeserver = ?)`

// rowOf is the row of an account, which is made if need be: one may send before
// anything was ever synced.
func rowOf(ctx context.Context, tx *sql.Tx, account Account) (row int64, err error) {
	const put = `INSERT INTO accounts (user_id, homeserver, next_batch, saved_at) VALUES (?, ?, '', 0) ON CONFLICT DO NOTHING`
	if _, err := tx.ExecContext(ctx, put, account.UserID, account.Homeserver); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT `+accountRow, account.UserID, account.Homeserver).Scan(&row)
	return row, err
}
