package linkserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/mxinvite/mxinvite/client/linkkey"
)

// grace is how long a signature of the last user is valid: the homeserver asks for the
// validity of the key some moments after the user got the signature.
const grace = 10 * time.Minute

// keepExpired is how long the users of an expired link are stored. A clock that was
// wrong for some days does not make the link usable again.
const keepExpired = 30 * 24 * time.Hour

// errUsed means that a link has no uses left.
var errUsed = errors.New("the link was used up")

// uses counts the users of each link, in an SQLite database. A Matrix ID is stored as a
// keyed hash only.
type uses struct{ db *sql.DB }

// Each change is on the disk before a signature is given out (synchronous=EXTRA), and
// only one process at a time reads and changes the count (_txlock).
const usesSettings = "_txlock=immediate&_busy_timeout=5000&_synchronous=EXTRA&_pragma=secure_delete(on)&_pragma=trusted_schema(off)&_defensive=true&_dqs=false"

const usesSchema = `CREATE TABLE IF NOT EXISTS uses (
	public_key BLOB NOT NULL,
	user       BLOB NOT NULL, -- linkkey.Key.Mark of the Matrix ID
	at         INTEGER NOT NULL,
	expires    INTEGER NOT NULL, -- of the link; 0 for never
	PRIMARY KEY (public_key, user)
) STRICT, WITHOUT ROWID`

func openUses(ctx context.Context, path string) (*uses, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	name := filepath.ToSlash(path)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // a drive letter of Windows
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: name, RawQuery: usesSettings}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, usesSchema); err != nil {
		_ = db.Close() // the first error is returned
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &uses{db}, nil
}

func (u *uses) close() error { return u.db.Close() }

// A count is how many users a link has, and when the last one was added.
type count struct {
	users int
	last  time.Time
}

// left returns for how many more users a link works.
func (c count) left(t linkkey.Terms) int { return max(0, t.Uses-c.users) }

// over reports whether no signature for the link is valid any more.
func (c count) over(t linkkey.Terms, now time.Time) bool {
	return c.left(t) == 0 && now.Sub(c.last) > grace
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func countOf(ctx context.Context, q querier, public []byte) (count, error) {
	var c count
	var last int64
	err := q.QueryRowContext(ctx, `SELECT count(*), coalesce(max(at), 0) FROM uses WHERE public_key = ?`, public).Scan(&c.users, &last)
	c.last = time.Unix(last, 0)
	return c, err
}

// count returns the count of the link with a public key.
func (u *uses) count(ctx context.Context, public []byte) (count, error) {
	return countOf(ctx, u.db, public)
}

// take counts a user of a link. A user is counted once, and may repeat the request
// until the link is over. The error is errUsed if the link has no uses left.
func (u *uses) take(ctx context.Context, public, user []byte, t linkkey.Terms, now time.Time) error {
	tx, err := u.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	c, err := countOf(ctx, tx, public)
	if err != nil {
		return err
	}
	var known int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM uses WHERE public_key = ? AND user = ?`, public, user).Scan(&known); err != nil {
		return err
	}
	switch {
	case known > 0 && !c.over(t, now):
		return nil
	case known > 0 || c.left(t) == 0:
		return errUsed
	}
	var expires int64
	if !t.Expires.IsZero() {
		expires = t.Expires.Unix()
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM uses WHERE expires > 0 AND expires < ?`, now.Add(-keepExpired).Unix()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO uses VALUES (?, ?, ?, ?)`, public, user, now.Unix(), expires); err != nil {
		return err
	}
	return tx.Commit()
}
