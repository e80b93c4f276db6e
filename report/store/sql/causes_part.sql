-- The causes of part $1 of $2. A row that is missing without a failure is one where rows that wait for it are looked up in
-- turn.
INSERT INTO %[1]s_causes
WITH explained AS (
  SELECT cause, count(*) FILTER (whole) AS waiting, count(*) FILTER (NOT whole) AS partly, max(depth) FILTER (whole) AS depth,
    min(occurred_at) FILTER (whole) AS first_wait, max(occurred_at) FILTER (whole) AS last_wait
  FROM %[1]s_explained
  WHERE cause %% $2::UBIGINT = $1::UBIGINT
  GROUP BY cause
  HAVING count(*) FILTER (whole) > 0
), rows AS (
  SELECT cause, count(*) AS rows, count(*) FILTER (kind = 'window') AS unseen, count(*) FILTER (kind = 'missing') AS missing
  FROM %[1]s_behind
  WHERE cause %% $2::UBIGINT = $1::UBIGINT
  GROUP BY cause
), own AS (
  SELECT f.cause, count(*) FILTER (b.cause IS NULL OR NOT f.has_company) AS records, min(f.occurred_at) AS first_seen,
    max(f.occurred_at) AS last_seen, min(f.place) AS place
  FROM %[1]s_fails f LEFT JOIN %[1]s_blocks b ON b.cause = f.cause
  WHERE NOT f.waits AND NOT f.doubtful AND f.cause %% $2::UBIGINT = $1::UBIGINT
  GROUP BY f.cause
)
SELECT cause, r.rows, r.unseen, r.missing > 0 AS missing, e.waiting, e.partly, e.depth, e.first_wait, e.last_wait,
  CASE WHEN r.missing > 0 THEN 0 ELSE coalesce(b.records, 0) + coalesce(o.records, 0) END AS own,
  CASE WHEN r.missing = 0 THEN least(b.first_seen, o.first_seen) END AS first_seen,
  CASE WHEN r.missing = 0 THEN greatest(b.last_seen, o.last_seen) END AS last_seen,
  CASE WHEN r.missing = 0 THEN coalesce(b.place, o.place) END AS place
FROM explained e JOIN rows r USING (cause) LEFT JOIN %[1]s_blocks b USING (cause) LEFT JOIN own o USING (cause)
WHERE r.missing = 0 OR e.depth > 1;
