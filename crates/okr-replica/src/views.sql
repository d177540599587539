-- The documented views: the confirmed state now, for anybody with the sqlite3 shell.
-- They are made anew whenever the tables are brought up to date.
DROP VIEW IF EXISTS objectives;
DROP VIEW IF EXISTS key_results;
DROP VIEW IF EXISTS check_ins;
DROP VIEW IF EXISTS comments;
DROP VIEW IF EXISTS initiatives;
DROP VIEW IF EXISTS metrics;
DROP VIEW IF EXISTS metric_values;
DROP VIEW IF EXISTS changes;
DROP VIEW IF EXISTS current;

CREATE VIEW current AS
SELECT
    key >> 32 AS entity, kind, parent, cycle AS cycle_entity, flags, recorded_from, body,
    lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4)
        || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)) AS id
FROM versions
WHERE recorded_from IS NOT NULL AND recorded_to IS NULL;

CREATE VIEW objectives AS
SELECT id, body ->> 'title' AS title, body ->> 'slug' AS slug, body ->> 'owner' AS owner,
    body ->> 'team' AS team, body ->> 'cycle' AS cycle, body ->> 'kind' AS kind,
    coalesce(body ->> 'weight', '1') AS weight, body ->> 'stage' AS stage,
    coalesce(body ->> 'archived', 0) AS archived, body ->> 'score' AS score,
    recorded_from AS position, body
FROM current WHERE kind = 5;

CREATE VIEW key_results AS
SELECT id, body ->> 'objective' AS objective, body ->> 'title' AS title, body ->> 'slug' AS slug,
    body ->> 'owner' AS owner, body ->> 'measure' AS measure,
    coalesce(body ->> 'weight', '1') AS weight, body ->> 'stage' AS stage,
    coalesce(body ->> 'archived', 0) AS archived, body ->> 'score' AS score,
    recorded_from AS position, body
FROM current WHERE kind = 6;

CREATE VIEW check_ins AS
SELECT id, body ->> 'key_result' AS key_result, body ->> 'effective' AS effective,
    coalesce(body ->> '$.value.number', body ->> '$.value.zone', body ->> '$.value.milestones') AS value,
    body ->> 'confidence' AS confidence, body ->> 'note' AS note,
    body ->> '$.blocker.stands' AS blocker, body ->> 'blocker' IS 'lifted' AS unblocked,
    coalesce(body ->> 'retracted', 0) AS retracted, flags & 1 AS late, (flags >> 1) & 1 AS corrected,
    recorded_from AS position, body
FROM current WHERE kind = 7;

CREATE VIEW comments AS
SELECT id,
    (SELECT key FROM json_each(body, '$.about')) AS about,
    (SELECT value FROM json_each(body, '$.about')) AS about_id,
    body ->> 'reply_to' AS reply_to, body ->> 'author' AS author, body ->> 'kind' AS kind,
    body ->> 'text' AS text, coalesce(body ->> 'retracted', 0) AS retracted,
    (flags >> 1) & 1 AS edited, recorded_from AS position, body
FROM current WHERE kind > 7 AND kind = 8;

CREATE VIEW initiatives AS
SELECT id, body ->> 'title' AS title, body ->> 'slug' AS slug, body ->> 'owner' AS owner,
    body ->> 'key_results' AS key_results, body ->> 'state' AS state, body ->> 'due' AS due,
    body ->> 'url' AS url, coalesce(body ->> 'archived', 0) AS archived,
    recorded_from AS position, body
FROM current WHERE kind > 7 AND kind = 9;

CREATE VIEW metrics AS
SELECT id, body ->> 'name' AS name, body ->> 'slug' AS slug, body ->> 'owner' AS owner,
    body ->> 'team' AS team, body ->> 'unit' AS unit, body ->> 'low' AS low, body ->> 'high' AS high,
    coalesce(body ->> 'archived', 0) AS archived, recorded_from AS position, body
FROM current WHERE kind > 7 AND kind = 10;

CREATE VIEW metric_values AS
SELECT id, body ->> 'metric' AS metric, body ->> 'effective' AS effective, body ->> 'value' AS value,
    body ->> 'note' AS note, coalesce(body ->> 'retracted', 0) AS retracted,
    recorded_from AS position, body
FROM current WHERE kind > 7 AND kind = 11;

CREATE VIEW changes AS
SELECT position, recorded_at, authored_at, source,
    (SELECT lower(hex(id)) FROM authors WHERE authors.key = records.author) AS author,
    (SELECT lower(hex(id)) FROM authors WHERE authors.key = records.on_behalf_of) AS on_behalf_of,
    lower(hex(change_id)) AS change
FROM records;
