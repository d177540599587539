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
