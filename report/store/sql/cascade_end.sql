-- What is in a circle has no cause.
INSERT INTO %[1]s_resolved SELECT row, NULL, 0, false FROM %[1]s_behind WHERE row NOT IN (SELECT row FROM %[1]s_resolved);

-- Which records does each cause explain? whole: nothing else keeps the record waiting, nor a row that it waits for; depth: 1 for those that wait for the
-- row itself, 2 for those that wait for these …
CREATE OR REPLACE TEMP TABLE %[1]s_explained (place BIGINT, occurred_at TIMESTAMP, cause UBIGINT, whole BOOLEAN, depth BIGINT);

-- The causes that explain something: by how many rows, how many records of the cause itself, how many records wait for
-- nothing else (waiting), how many also for something else (partly). place is a record of its own failure.
CREATE OR REPLACE TEMP TABLE %[1]s_causes (
  cause UBIGINT, rows BIGINT, unseen BIGINT, missing BOOLEAN, waiting BIGINT, partly BIGINT, depth BIGINT, first_wait TIMESTAMP, last_wait TIMESTAMP,
  own BIGINT, first_seen TIMESTAMP, last_seen TIMESTAMP, place BIGINT
);
-- The records that are the failures of the causes ids (a blank between them) themselves: of rows that are looked up, and of a whole map.
CREATE OR REPLACE TEMP MACRO own_records(ids) AS TABLE
WITH asked AS (
  SELECT cause FROM (SELECT unnest(string_split(ids, ' '))::UBIGINT AS cause) JOIN %[1]s_causes c USING (cause) WHERE NOT c.missing
)
SELECT f.cause, f.place
FROM %[1]s_fails f JOIN asked USING (cause) LEFT JOIN %[1]s_blocks b ON b.cause = f.cause
WHERE NOT f.waits AND NOT f.doubtful AND (b.cause IS NULL OR NOT f.has_company)
UNION
SELECT b.cause, s.place
FROM %[1]s s JOIN %[1]s_blocks b ON b.cause = hash(hash(s.map), hash(coalesce(s.company, '')), hash(s.sig)) JOIN asked a ON a.cause = b.cause
WHERE s.outcome = 'error' AND s.map IS NOT NULL;
