-- Which records wait for which rows, and which are themselves such a row, in numbers only. What comes in are VIEW_lookups and VIEW_missing. A row
-- is a hash of map (or table), key and company; a look-up without a company is for the row of the only company that has the key, be it
-- looked up or failed; where several have it, it is for one of theirs, nobody can tell for which, and the record is claimed by no cause.

-- Records that are themselves a row that others look up, and that was not saved since. One that may be of several maps is that of the one that is looked up under its key;
-- where two of them are, nobody can tell which row it is (doubtful). A row that is looked up in one of several maps is that of any of them, unless one of its own is looked up, too.
-- retry is the row under the name that the record gives it.
CREATE OR REPLACE TEMP TABLE %[1]s_failed AS
WITH named AS (
  SELECT place, occurred_at, hash(unnest(CASE WHEN map IS NOT NULL THEN [map] ELSE map_candidates END)) AS title, hash(same_key(affected_key)) AS key,
    hash(coalesce(company, '')) AS company, coalesce(company, '') <> '' AS has_company, hash(sig) AS sig,
    hash(map_title, same_key(affected_key), coalesce(company, '')) AS retry
  FROM %[1]s
  WHERE outcome = 'error' AND affected_key IS NOT NULL AND hash(same_key(affected_key)) IN (SELECT key FROM %[1]s_missing)
    AND place NOT IN (SELECT place FROM %[1]s_settled WHERE saved)
), parted AS (
  SELECT * EXCLUDE (title), title AS parent, true AS exact FROM named
  UNION ALL
  SELECT n.* EXCLUDE (title), t.parent, false FROM named n JOIN %[1]s_together t USING (title)
), looked_for AS ( -- fits: the row of the company, where both name one
  SELECT p.*, bool_or(m.company = p.company OR NOT p.has_company OR m.company = hash('')) AS fits
  FROM parted p JOIN %[1]s_missing m ON m.parent = p.parent AND m.key = p.key
  GROUP BY ALL
), own AS (
  SELECT * FROM looked_for QUALIFY exact OR NOT bool_or(exact AND fits) OVER (PARTITION BY place)
)
SELECT * EXCLUDE (exact, fits), fits AND count(*) FILTER (fits) OVER (PARTITION BY place) > 1 AS doubtful FROM own;

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
