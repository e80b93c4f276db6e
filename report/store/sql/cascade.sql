-- How missing rows hang together, in numbers only. What comes in is what sql/needs.sql makes, and in
-- VIEW_blocking the signatures that stop every row of a map and company, not only some.

-- Which rows failed themselves, by what, and do they wait? A failure that stops its whole map is one cause for all its
-- rows.
CREATE OR REPLACE TEMP TABLE %[1]s_fails AS
SELECT f.place, f.occurred_at, f.has_company, f.doubtful, hash(f.parent, f.key, f.company) AS row,
  CASE WHEN f.sig IN (SELECT sig FROM %[1]s_blocking) THEN hash(f.parent, f.company, f.sig) ELSE hash(f.parent, f.key, f.company) END AS cause,
  f.place IN (SELECT place FROM %[1]s_lookups) AS waits
FROM (
  SELECT f.* REPLACE (CASE WHEN f.has_company THEN f.company ELSE coalesce(c.company, f.company) END AS company)
  FROM %[1]s_failed f LEFT JOIN %[1]s_companies c USING (parent, key)
) f;

-- Failures that stop a whole map, with the records of each.
CREATE OR REPLACE TEMP TABLE %[1]s_blocks AS
SELECT hash(map) AS parent, hash(coalesce(company, '')) AS company, any_value(hash(row_company(company))) AS any_case, hash(hash(map), hash(coalesce(company, '')), hash(sig)) AS cause,
  count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen, arg_min(place, hash(record_id)) AS place
FROM %[1]s
WHERE outcome = 'error' AND map IS NOT NULL AND hash(sig) IN (SELECT sig FROM %[1]s_blocking)
GROUP BY ALL;

-- When each of them failed.
CREATE OR REPLACE TEMP TABLE %[1]s_stops AS
SELECT DISTINCT hash(hash(map), hash(coalesce(company, '')), hash(sig)) AS cause, occurred_at
FROM %[1]s
WHERE outcome = 'error' AND map IS NOT NULL AND occurred_at IS NOT NULL AND hash(sig) IN (SELECT sig FROM %[1]s_blocking);
