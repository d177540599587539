-- From schema version 3 to 4; SCHEMA.md explains it.

-- The commands that wrote on this machine, the newest some thousands of them.
CREATE TABLE operations (
    ordinal  INTEGER PRIMARY KEY AUTOINCREMENT,
    id       BLOB NOT NULL UNIQUE,
    begun_at INTEGER NOT NULL,
    command  TEXT NOT NULL,
    program  TEXT NOT NULL,
    process  INTEGER NOT NULL,
    pulled   INTEGER NOT NULL DEFAULT 0,
    pushed   INTEGER NOT NULL DEFAULT 0,
    failure  TEXT
);

-- What each did to which change.
CREATE TABLE operation_changes (
    operation INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    change_id BLOB NOT NULL,
    did       TEXT NOT NULL,
    PRIMARY KEY (operation, place)
) WITHOUT ROWID;
