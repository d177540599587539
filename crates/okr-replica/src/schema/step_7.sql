-- From schema version 6 to 7; SCHEMA.md explains it.

-- What changed between two moments is also an initiative, a health metric or a value of one.
DROP INDEX versions_recorded;
DROP INDEX versions_authored;
CREATE INDEX versions_recorded ON versions (recorded_from) WHERE kind < 7 OR kind > 8 OR flags > 1;
CREATE INDEX versions_authored ON versions (authored_from) WHERE kind < 7 OR kind > 8 OR flags > 1;

-- Who owned which goal, and while which changes: read as a whole, without a look at the rows.
CREATE INDEX versions_owner ON versions (
    body ->> '$.owner', kind, recorded_from, recorded_to
) WHERE kind IN (5, 6, 9, 10);

-- What the person of this replica follows, and after which position that began.
CREATE TABLE follows (
    id    BLOB PRIMARY KEY,
    kind  INTEGER NOT NULL,
    since INTEGER NOT NULL
) WITHOUT ROWID;

-- What came before there was an inbox was looked at in other ways.
INSERT INTO meta (name, value) SELECT 'inbox_seen', value FROM meta WHERE name = 'head';
