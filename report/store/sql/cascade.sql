-- How missing rows hang together, in numbers only. What comes in are VIEW_lookups and VIEW_missing, and in
-- VIEW_blocking the signatures that stop every row of a map and company, not only some. A row is a hash of map (or
-- table), key and company; a look-up without a company is for the row of the only company that has the key, be it
-- looked up or failed; where several have it, it is for one of theirs, nobody can tell for which, and the record is claimed by no cause.

-- Records that are themselves a row that others look up.
CREATE OR REPLACE TEMP TABLE %[1]s_failed AS
SELECT s.place, s.occurred_at, hash(s.map) AS parent, hash(s.affected_key) AS key, hash(coalesce(s.company, '')) AS company,
  coalesce(s.company, '') <> '' AS has_company, hash(s.sig) AS sig
FROM %[1]s s SEMI JOIN %[1]s_missing m ON m.parent = hash(s.map) AND m.key = hash(s.affected_key)
WHERE s.outcome = 'error' AND s.map IS NOT NULL AND s.affected_key IS NOT NULL;

CREATE OR REPLACE TEMP TABLE %[1]s_companies AS
WITH named AS (
  SELECT parent, key, company FROM %[1]s_lookups WHERE has_company
  UNION
  SELECT parent, key, company FROM %[1]s_failed WHERE has_company
)
SELECT parent, key, CASE WHEN count(*) = 1 THEN min(company) END AS company FROM named GROUP BY parent, key;

-- Which rows does each record wait for?
CREATE OR REPLACE TEMP TABLE %[1]s_needs AS
SELECT l.place, l.occurred_at, l.blind, l.n, l.id, l.parent, l.company,
  hash(l.parent, l.key, l.company) AS row
FROM (
  SELECT l.* REPLACE (CASE WHEN l.has_company THEN l.company ELSE coalesce(c.company, l.company) END AS company,
    l.blind OR NOT l.has_company AND c.key IS NOT NULL AND c.company IS NULL AS blind)
  FROM %[1]s_lookups l LEFT JOIN %[1]s_companies c USING (parent, key)
) l;

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
-- only (window); nothing (missing); what its own failing records wait for, which is found step by step (no line yet);
-- or more than one thing (no cause).
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
    WHEN o.first_fail <= n.first_need + INTERVAL 1 HOUR THEN CASE WHEN o.waiting > 0 AND o.refused = 0 THEN 'waits' WHEN o.waiting = 0 AND o.least = o.most THEN 'refused' ELSE 'unclear' END
    WHEN b.kinds = 1 THEN 'window'
    ELSE 'missing'
  END AS kind,
  CASE kind WHEN 'refused' THEN o.least WHEN 'window' THEN b.cause WHEN 'missing' THEN n.row END AS cause
FROM needed n LEFT JOIN own o USING (row) LEFT JOIN blocked b USING (row);

CREATE OR REPLACE TEMP TABLE %[1]s_resolved AS
SELECT row, cause, 0 AS depth FROM %[1]s_behind WHERE kind <> 'waits';
