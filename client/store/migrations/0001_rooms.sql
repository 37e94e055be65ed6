-- The user's accounts and their rooms, with raw events, so that a later version of
-- the program can use more of their members.

CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    homeserver TEXT    NOT NULL,
    next_batch TEXT    NOT NULL,
    saved_at   INTEGER NOT NULL, -- milliseconds since 1970
    UNIQUE (user_id, homeserver)
) STRICT;

CREATE TABLE rooms (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id TEXT    NOT NULL,
    traced  INTEGER NOT NULL, -- 0 or 1
    heroes  TEXT    NOT NULL, -- a JSON array of user IDs
    UNIQUE (account, room_id)
) STRICT;

-- WITHOUT ROWID stores the events of a room in adjacent pages.
CREATE TABLE current_events (
    room      INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    type      TEXT    NOT NULL,
    state_key TEXT    NOT NULL,
    raw       BLOB    NOT NULL,
    PRIMARY KEY (room, type, state_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE past_events (
    room     INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE,
    event_id TEXT    NOT NULL,
    raw      BLOB    NOT NULL,
    PRIMARY KEY (room, event_id)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 0x6d786976; -- "mxiv", identifies databases of this program
PRAGMA user_version = 1;
