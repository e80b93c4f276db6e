-- How missing rows hang together, in numbers only. What comes in is what sql/needs.sql makes, and in
-- VIEW_blocking the signatures that stop every row of a map and company, not only some.

-- Which rows failed themselves, by what, and do they wait? A failure that stops its whole map is one cause for all its
-- rows.
CREATE OR REPLACE TEMP TABLE %[1]s_fails AS
SELECT f.place, f.occurred_at, f.has_company, hash(f.parent, f.key, f.company) AS row,
  CASE WHEN f.sig IN (SELECT sig FROM %[1]s_blocking) THEN hash(f.parent, f.company, f.sig) ELSE hash(f.parent, f.key, f.company) END AS cause,
  f.place IN (SELECT place FROM %[1]s_lookups) AS waits
FROM (
  SELECT f.* REPLACE (CASE WHEN f.has_company THEN f.company ELSE coalesce(c.company, f.company) END AS company)
  FROM %[1]s_failed f LEFT JOIN %[1]s_companies c USING (parent, key)
) f;

-- Failures that stop a whole map, with the records of each.
CREATE OR REPLACE TEMP TABLE %[1]s_blocks AS
SELECT hash(map) AS parent, hash(coalesce(company, '')) AS company, hash(hash(map), hash(coalesce(company, '')), hash(sig)) AS cause,
  count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen, arg_min(place, hash(record_id)) AS place
FROM %[1]s
WHERE outcome = 'error' AND map IS NOT NULL AND hash(sig) IN (SELECT sig FROM %[1]s_blocking)
GROUP BY ALL;

-- What is behind each row that is looked up: its own failure (refused), where that came before the row was first looked
-- up or within an hour after; failures of its whole map and company in the same hours, where there is one kind of them
-- only (window); nothing (missing); what its own failing records wait for, which is found step by step (waits);
-- or more than one thing (mixed).
CREATE OR REPLACE TEMP TABLE %[1]s_behind AS
WITH needed AS (
  SELECT row, any_value(parent) AS parent, any_value(company) AS company, min(occurred_at) AS first_need FROM %[1]s_needs GROUP BY row
), own AS (
  SELECT row, min(occurred_at) AS first_fail, count(*) FILTER (waits) AS waiting, count(*) FILTER (NOT waits) AS refused,
    min(cause) FILTER (NOT waits) AS least, max(cause) FILTER (NOT waits) AS most
  FROM %[1]s_fails
  GROUP BY row
), blocked AS (
  SELECT n.row, min(b.cause) AS cause, count(*) AS kinds
  FROM needed n JOIN %[1]s_blocks b ON b.parent = n.parent AND b.company = n.company
    AND n.first_need BETWEEN b.first_seen AND b.last_seen + INTERVAL 1 HOUR
  GROUP BY n.row
)
SELECT n.row, CASE
    WHEN o.first_fail <= n.first_need + INTERVAL 1 HOUR THEN CASE WHEN o.waiting > 0 AND o.refused = 0 THEN 'waits' WHEN o.waiting = 0 AND o.least = o.most THEN 'refused' ELSE 'mixed' END
    WHEN b.kinds = 1 THEN 'window'
    ELSE 'missing'
  END AS kind,
  CASE kind WHEN 'refused' THEN o.least WHEN 'window' THEN b.cause WHEN 'missing' THEN n.row END AS cause
FROM needed n LEFT JOIN own o USING (row) LEFT JOIN blocked b USING (row);

-- The causes behind each row that is looked up; sole: there is nothing else behind it. The cause is null where there is one that is not known.
CREATE OR REPLACE TEMP TABLE %[1]s_resolved AS
SELECT row, cause, 0 AS depth, true AS sole FROM %[1]s_behind WHERE kind NOT IN ('waits', 'mixed')
UNION ALL
SELECT DISTINCT b.row, f.cause, 0, false
FROM %[1]s_behind b JOIN %[1]s_fails f USING (row)
WHERE b.kind = 'mixed' AND b.row NOT IN (SELECT row FROM %[1]s_fails WHERE waits);
