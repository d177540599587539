-- Schema version 1 of the replica; schema/step_*.sql bring it to later ones. SCHEMA.md explains it.

CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- The people who made changes.
CREATE TABLE authors (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE);

-- The confirmed history, byte for byte, with what is looked up most taken out of the bytes.
CREATE TABLE records (
    position     INTEGER PRIMARY KEY,
    recorded_at  INTEGER NOT NULL,
    authored_at  INTEGER NOT NULL,
    author       INTEGER NOT NULL,
    on_behalf_of INTEGER,
    source       TEXT,
    change_id    BLOB NOT NULL,
    leaf         BLOB NOT NULL,
    bytes        BLOB NOT NULL
);
CREATE INDEX records_on_behalf_of ON records (on_behalf_of) WHERE on_behalf_of IS NOT NULL;

-- Changes and entities by the ends of their ids.
CREATE TABLE change_ends (
    short INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (short, position)
) WITHOUT ROWID;
CREATE TABLE entity_ends (
    short INTEGER NOT NULL, first_row INTEGER NOT NULL, PRIMARY KEY (short, first_row)
) WITHOUT ROWID;

-- What each entity was, and from when to when.
-- key = entity * 2^32 + position, so that the versions of an entity lie side by side.
CREATE TABLE versions (
    key           INTEGER PRIMARY KEY,
    recorded_from INTEGER,
    recorded_to   INTEGER,
    authored_from INTEGER,
    authored_to   INTEGER,
    kind          INTEGER NOT NULL,
    id            BLOB NOT NULL,
    parent        INTEGER,
    day           INTEGER,
    cycle         INTEGER,
    team          INTEGER,
    slug          TEXT,
    flags         INTEGER NOT NULL,
    body          TEXT NOT NULL
);
CREATE INDEX versions_kind ON versions (kind) WHERE kind < 6;
CREATE INDEX versions_cycle ON versions (cycle) WHERE cycle IS NOT NULL;
CREATE INDEX versions_team ON versions (team) WHERE team IS NOT NULL;
CREATE INDEX versions_slug ON versions (slug) WHERE slug IS NOT NULL;

-- Entities that changes of a newer program are about.
CREATE TABLE upgrades (id BLOB NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (id, position)) WITHOUT ROWID;

-- Changes that the server has not accepted yet, as they will be pushed.
CREATE TABLE pending (
    ordinal     INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id   BLOB NOT NULL UNIQUE,
    authored_at INTEGER NOT NULL,
    body        BLOB NOT NULL,
    texts       BLOB NOT NULL
);

-- Pending changes that no longer fit, with the refusal; kept until a person decides.
CREATE TABLE conflicts (
    ordinal     INTEGER PRIMARY KEY AUTOINCREMENT,
    change_id   BLOB NOT NULL UNIQUE,
    authored_at INTEGER NOT NULL,
    body        BLOB NOT NULL,
    texts       BLOB NOT NULL,
    code        TEXT NOT NULL,
    message     TEXT NOT NULL,
    subject     BLOB,
    facts       TEXT NOT NULL,
    seen_at     INTEGER NOT NULL
);

-- Who the people are: what the server says, and beside it what it has to be told.
CREATE TABLE directory (
    person  BLOB NOT NULL,
    to_push INTEGER NOT NULL,
    handle  TEXT NOT NULL,
    name    TEXT NOT NULL,
    email   TEXT NOT NULL,
    PRIMARY KEY (person, to_push)
) WITHOUT ROWID;
