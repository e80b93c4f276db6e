-- Which missing rows came? Those that an ok record shows later than every record that missed them, one of the same company where both name one. $1 are
-- the entities of ok records and the parents that they may be rows of, as hashes: "ENTITY PARENT", one a line. A row that several companies lack and whose
-- company is not known came when those of all of them did.
CREATE OR REPLACE TEMP TABLE %[1]s_came AS
WITH ok AS (
  SELECT p.parent, o.key, o.company, o.has_company, o.occurred_at FROM %[1]s_ok o JOIN pairs_of($1) p USING (entity)
), shown AS ( -- a join each, as one over all pairs of a key most would be of two companies
  SELECT m.parent, m.key, m.company, m.any_case, m.last_seen, o.occurred_at FROM %[1]s_missing m JOIN ok o ON o.parent = m.parent AND o.key = m.key AND o.company = m.any_case
  UNION ALL
  SELECT m.parent, m.key, m.company, m.any_case, m.last_seen, o.occurred_at FROM %[1]s_missing m JOIN ok o USING (parent, key) WHERE NOT o.has_company AND m.company <> hash('')
  UNION ALL
  SELECT m.parent, m.key, m.company, m.any_case, m.last_seen, o.occurred_at FROM %[1]s_missing m JOIN ok o USING (parent, key) WHERE o.has_company AND m.company = hash('')
), missed AS (
  SELECT parent, key, any_case, max(last_seen) AS last FROM shown GROUP BY ALL
), came AS (
  SELECT s.parent, s.key, s.company, min(s.occurred_at) AS since FROM shown s JOIN missed m USING (parent, key, any_case) WHERE s.occurred_at > m.last GROUP BY ALL
)
SELECT m.parent, m.key, m.company, m.apart, c.since
FROM %[1]s_missing m JOIN came c USING (parent, key, company)
  LEFT JOIN (SELECT DISTINCT m.parent, m.key FROM %[1]s_missing m ANTI JOIN came c USING (parent, key, company)) waits USING (parent, key)
WHERE NOT m.apart OR waits.key IS NULL;
