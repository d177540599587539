-- From schema version 7 to 8; SCHEMA.md explains it.

-- Whose entry in the directory was erased. They have none, and never get one again.
CREATE TABLE erased_people (
    person BLOB PRIMARY KEY
) WITHOUT ROWID;
