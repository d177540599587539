-- From schema version 2 to 3; SCHEMA.md explains it.

-- The words of the texts: those of a version under its key, the reason of a change under its
-- position. The texts themselves are not in it. It is derived, and caught up by whoever searches.
CREATE VIRTUAL TABLE search USING fts5(
    title, description, measure, reflection, note, reason,
    tokenize = 'unicode61 remove_diacritics 2', content = '', contentless_delete = 1
);
