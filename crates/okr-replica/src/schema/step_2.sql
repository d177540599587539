-- From schema version 1 to 2; SCHEMA.md explains it.

-- Whether a pending change was ever put into a push, so that the server may have it.
ALTER TABLE pending ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

-- Changes of this machine that a person took away before the server had them, to be found again.
CREATE TABLE dropped (
    ordinal     INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id   BLOB NOT NULL UNIQUE,
    authored_at INTEGER NOT NULL,
    body        BLOB NOT NULL,
    texts       BLOB NOT NULL,
    dropped_at  INTEGER NOT NULL,
    how         TEXT NOT NULL,
    by_change   BLOB
);

-- What was undone here, for undoing further and for redoing.
CREATE TABLE undone (
    ordinal   INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id BLOB NOT NULL,
    by_change BLOB,
    open      INTEGER NOT NULL,
    line_end  INTEGER NOT NULL
);
