-- What the program has computed from the events of a room, so that it can start without
-- reading them. Without a row it is computed again.

CREATE TABLE digests (
    room     INTEGER PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
    digest   BLOB    NOT NULL,
    events   INTEGER NOT NULL, -- the sum of the checksums of the room's events
    checksum INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 4;
