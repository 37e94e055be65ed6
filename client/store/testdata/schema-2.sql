-- What a store looked like since there was an outbox. Never changed.
PRAGMA journal_mode = WAL;
CREATE TABLE accounts (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, homeserver TEXT NOT NULL,
    next_batch TEXT NOT NULL, saved_at INTEGER NOT NULL, UNIQUE (user_id, homeserver)) STRICT;
CREATE TABLE rooms (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id TEXT NOT NULL, traced INTEGER NOT NULL, heroes TEXT NOT NULL, UNIQUE (account, room_id)) STRICT;
CREATE TABLE current_events (room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE, type TEXT NOT NULL,
    state_key TEXT NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (room, type, state_key)) STRICT, WITHOUT ROWID;
CREATE TABLE past_events (room INTEGER NOT NULL REFERENCES rooms ON DELETE CASCADE, event_id TEXT NOT NULL,
    raw BLOB NOT NULL, PRIMARY KEY (room, event_id)) STRICT, WITHOUT ROWID;
PRAGMA application_id = 0x6d786976;
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id    TEXT    NOT NULL,
    mark       BLOB    NOT NULL,
    state      TEXT    NOT NULL,
    queued_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    user_id    TEXT    NOT NULL,
    token      TEXT    NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;
CREATE INDEX outbox_of_account ON outbox (account, id);
CREATE UNIQUE INDEX outbox_once ON outbox (account, mark)
    WHERE state IN ('queued', 'sending', 'uncertain');
CREATE TABLE addresses (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    room_id TEXT    NOT NULL,
    token   TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    PRIMARY KEY (account, room_id, token)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name    TEXT    NOT NULL,
    value   BLOB    NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 2;
INSERT INTO accounts VALUES (1, '@ada:example.org', 'https://matrix.example.org', 's1', 1795176000250);
INSERT INTO rooms VALUES (1, 1, '!ops:example.org', 1, '["@grace:navy.example"]');
INSERT INTO current_events VALUES (1, 'm.room.name', '', CAST('{"name":"Ops"}' AS BLOB));
INSERT INTO past_events VALUES (1, '$gone', CAST('{"gone":true}' AS BLOB));
INSERT INTO outbox VALUES (3, 1, '!ops:example.org', x'6d61726b', 'sent', 1795176000000, 1795176000500, 1, '', 'kPzQ', x'7365616c6564');
INSERT INTO addresses VALUES (1, '!ops:example.org', 'kPzQ', x'7365616c6564');
INSERT INTO notes VALUES (1, 'paused', x'31');
