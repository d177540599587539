-- From schema version 4 to 5; SCHEMA.md explains it.

-- What changed between two moments, on both axes: definitions, and check-ins that were put right or
-- taken back. New check-ins, of which there are many, need no index: those of a stretch of the log
-- have numbers without a gap.
CREATE INDEX versions_recorded ON versions (recorded_from) WHERE kind < 7 OR flags > 1;
CREATE INDEX versions_authored ON versions (authored_from) WHERE kind < 7 OR flags > 1;
