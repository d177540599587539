-- The indexes that a bulk load makes at its end.
CREATE INDEX IF NOT EXISTS records_short ON records (short);
CREATE INDEX IF NOT EXISTS records_author ON records (author);
CREATE INDEX IF NOT EXISTS records_on_behalf_of ON records (on_behalf_of) WHERE on_behalf_of IS NOT NULL;
CREATE INDEX IF NOT EXISTS records_authored ON records (authored_at);
CREATE INDEX IF NOT EXISTS versions_short ON versions (short) WHERE short IS NOT NULL;
