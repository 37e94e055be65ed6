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

// A State is the state of an invite in the outbox.
type State string

// An invite is first queued, then sending, and then in one of the other states.
// The state Sending is saved before the request is sent, and the result after
// the response. An entry that is still in Sending when no program is sending was
// interrupted.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Sent      State = "sent"      // an e-mail was sent
	Resolved  State = "resolved"  // a Matrix user was invited: by Matrix ID, or because the address is bound to that user
	Uncertain State = "uncertain" // there was no response, and the room does not show whether the invite was sent
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Active reports whether the invite will be sent, or may have been sent.
func (s State) Active() bool { return s == Queued || s == Sending || s == Uncertain }

// ErrChanged says that an entry is no longer in a state that the change
// expects. Nothing was written.
var ErrChanged = errors.New("another program has changed it")

// An Entry is an invite in the outbox.
type Entry struct {
	ID       int64
	Room     id.RoomID
	Mark     []byte // identifies the invitee within the room
	State    State
	QueuedAt time.Time // with millisecond precision, like Changed
	Changed  time.Time // when State changed last
	Attempts int
	UserID   id.UserID
	Token    string
	Sealed   []byte // everything that identifies the invitee, encrypted
}

// An Address is the encrypted address that an invite was sent to.
type Address struct {
	Room   id.RoomID
	Token  string
	Sealed []byte
}

const entryColumns = `id, room_id, mark, state, queued_at, changed_at, attempts, user_id, token, sealed`

// Enqueue adds entries to the end of the outbox and sets their IDs. It adds all or
// none. An entry with the same mark as an active one in the same room is not added;
// its ID stays 0.
func (s *Store) Enqueue(ctx context.Context, account Account, entries []Entry) error {
	err := s.writeDurably(ctx, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		const q = `INSERT INTO outbox (` + outboxColumns + `, checksum)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`
		for n := range entries {
			e := &entries[n]
			columns := []any{
				row, string(e.Room), e.Mark, string(e.State), e.QueuedAt.UnixMilli(), e.Changed.UnixMilli(),
				int64(e.Attempts), string(e.UserID), e.Token, e.Sealed,
			}
			err := tx.QueryRowContext(ctx, q, append(columns, checksum(columns...))...).Scan(&e.ID)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return explain("write to the outbox in", s.path, err)
}

// Outbox returns the entries of an account, the oldest first.
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

// Advance changes entries whose stored state is one of from, and adds addresses to
// the address book. It writes everything or nothing. It returns [ErrChanged] if an
// entry has another stored state, or if two active entries would have the same
// mark.
func (s *Store) Advance(ctx context.Context, account Account, from []State, entries []Entry, book ...Address) error {
	err := s.writeDurably(ctx, func(tx *sql.Tx) error {
		row, err := rowOf(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := advanceEntry(ctx, tx, row, from, e); err != nil {
				return err
			}
		}
		const q = `INSERT INTO addresses (account, room_id, token, sealed, checksum) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET sealed = excluded.sealed, checksum = excluded.checksum`
		for _, a := range book {
			sum := checksum(row, string(a.Room), a.Token, a.Sealed)
			if _, err := tx.ExecContext(ctx, q, row, a.Room, a.Token, a.Sealed, sum); err != nil {
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
	q += ` RETURNING ` + outboxColumns
	row := make([]any, len(strings.Split(outboxColumns, ",")))
	pointers := make([]any, len(row))
	for i := range row {
		pointers[i] = &row[i]
	}
	err := tx.QueryRowContext(ctx, q, args...).Scan(pointers...)
	if code(err) == sqlite3.SQLITE_CONSTRAINT || errors.Is(err, sql.ErrNoRows) {
		return ErrChanged
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE outbox SET checksum = ? WHERE id = ?`, checksum(row...), e.ID)
	return err
}

// Clear deletes the entries in these states. It returns an error if one of the
// states is active (see [State.Active]).
func (s *Store) Clear(ctx context.Context, account Account, states ...State) error {
	err := s.writeDurably(ctx, func(tx *sql.Tx) error {
		for _, state := range states {
			if state.Active() {
				return errors.New("active entries cannot be cleared: " + string(state))
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

// accountRow is the subquery for the row of an account.
const accountRow = `(SELECT id FROM accounts WHERE user_id = ? AND homeserver = ?)`

// rowOf returns the row of an account and creates it if necessary: invites may be
// sent before the first sync.
func rowOf(ctx context.Context, tx *sql.Tx, account Account) (row int64, err error) {
	const put = `INSERT INTO accounts (user_id, homeserver, next_batch, saved_at, checksum) VALUES (?, ?, '', 0, ?) ON CONFLICT DO NOTHING`
	sum := checksum(string(account.UserID), account.Homeserver, "", int64(0))
	if _, err := tx.ExecContext(ctx, put, account.UserID, account.Homeserver, sum); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT `+accountRow, account.UserID, account.Homeserver).Scan(&row)
	return row, err
}
