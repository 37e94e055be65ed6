-- What the first program's store looked like. Never changed.
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
PRAGMA user_version = 1;
INSERT INTO accounts VALUES (1, '@ada:example.org', 'https://matrix.example.org', 's1', 1795176000250);
INSERT INTO rooms VALUES (1, 1, '!ops:example.org', 1, '["@grace:navy.example"]');
INSERT INTO current_events VALUES (1, 'm.room.name', '', CAST('{"name":"Ops"}' AS BLOB));
INSERT INTO past_events VALUES (1, '$gone', CAST('{"gone":true}' AS BLOB));
