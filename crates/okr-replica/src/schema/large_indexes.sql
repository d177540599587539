-- The indexes with an entry for nearly every change, of schema version 1 on.
CREATE INDEX records_author ON records (author);
CREATE INDEX records_authored ON records (authored_at);
CREATE INDEX versions_parent ON versions (parent, day) WHERE parent IS NOT NULL;
