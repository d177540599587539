-- From schema version 5 to 6; SCHEMA.md explains it.

-- Check-ins that speak of a blocker. They are few, so that what stands in the way of a key result is
-- found without looking through all of its check-ins.
CREATE INDEX versions_blocker ON versions (parent, day) WHERE flags & 8;
