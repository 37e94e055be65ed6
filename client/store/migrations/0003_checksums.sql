-- Each row has a checksum of its other columns, because SQLite does not notice a
-- damaged byte within a value. The program computes them (checksum.go).

ALTER TABLE accounts       ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms          ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE current_events ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE past_events    ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox         ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addresses      ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notes          ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;

-- A copy of user_version, and a checksum of the statements in sqlite_schema. It has
-- one row.
CREATE TABLE schema_copy (
    version  INTEGER NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 3;
