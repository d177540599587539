-- From schema version 5 to 6; SCHEMA.md explains it.

-- Check-ins that speak of a blocker. They are few, so that what stands in the way of a key result is
-- found without looking through all of its check-ins.
CREATE INDEX versions_blocker ON versions (parent, day) WHERE flags & 8;

-- What there are few of (organisation, people, teams, cycles) is read as a whole by most commands,
-- and its rows lie scattered over the history: here it lies together, with all that is read.
DROP INDEX versions_kind;
CREATE INDEX versions_few ON versions (
    kind, recorded_from, recorded_to, authored_from, authored_to, id, flags, body
) WHERE kind < 5;
CREATE INDEX versions_objectives ON versions (kind) WHERE kind = 5;

-- Comments are searched, too. The index is derived: the next search makes it anew.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(
    title, description, measure, reflection, note, comment, reason,
    tokenize = 'unicode61 remove_diacritics 2', content = '', contentless_delete = 1
);
DELETE FROM meta WHERE name = 'indexed';

-- Comments, and what else has a later number than check-ins, in the order in which they came.
CREATE INDEX versions_later_kinds ON versions (kind) WHERE kind > 7;

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
