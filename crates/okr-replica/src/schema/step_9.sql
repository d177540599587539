-- From schema version 8 to 9; SCHEMA.md explains it.

-- Texts of the history that were erased, by the change that brought them and their number in it, and
-- by which change.
CREATE TABLE erased_texts (
    change_id   BLOB NOT NULL,
    text        INTEGER NOT NULL,
    by_position INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    PRIMARY KEY (change_id, text)
) WITHOUT ROWID;
