-- The outbox, and the addresses of the invites that were sent. Data that
-- identifies an invitee is encrypted; the store does not have the key.

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never used again
    account    INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id    TEXT    NOT NULL,
    mark       BLOB    NOT NULL, -- the same for the same address in the same room
    state      TEXT    NOT NULL,
    queued_at  INTEGER NOT NULL, -- milliseconds since 1970
    changed_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    user_id    TEXT    NOT NULL, -- the Matrix ID that is invited, or ''
    token      TEXT    NOT NULL, -- of the invite in the room, or ''
    sealed     BLOB    NOT NULL
) STRICT;

CREATE INDEX outbox_of_account ON outbox (account, id);

-- An address can have only one active invite to a room.
CREATE UNIQUE INDEX outbox_once ON outbox (account, mark)
    WHERE state IN ('queued', 'sending', 'uncertain');

CREATE TABLE addresses (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id TEXT    NOT NULL,
    token   TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (account, room_id, token)
) STRICT, WITHOUT ROWID;

-- Values that all programs share, such as the learned rate limits and whether
-- sending is paused.
CREATE TABLE notes (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    value   BLOB    NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
