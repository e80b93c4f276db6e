-- Which of the rows that can be saved again wait for which others of them? The row that a record looks up is saved before its own; two names of one
-- row, of which one may be of several maps, are saved together (same). Where a look-up or the row that failed names no company, it may be of any, and
-- so the one waits for the other whatever its company. What comes in is what sql/needs.sql makes.
CREATE OR REPLACE TEMP TABLE %[1]s_retry_waits AS
WITH failed AS (
  SELECT DISTINCT coalesce(a.same, f.retry) AS retry, f.parent, f.key, f.company, f.has_company,
    hash(f.parent, f.key, CASE WHEN f.has_company THEN f.company ELSE coalesce(c.company, f.company) END) AS row
  FROM %[1]s_failed f LEFT JOIN %[1]s_companies c USING (parent, key) LEFT JOIN %[1]s_retry_same a ON a.row = f.retry
  WHERE coalesce(a.same, f.retry) IN (SELECT row FROM %[1]s_retries)
), waiting AS ( -- a join each: of one over all pairs of a key most would be of two companies
  SELECT l.place, f.retry AS parent FROM %[1]s_lookups l JOIN failed f USING (parent, key, company)
  UNION ALL
  SELECT l.place, f.retry FROM %[1]s_lookups l JOIN failed f USING (parent, key) WHERE NOT l.has_company AND f.has_company
  UNION ALL
  SELECT l.place, f.retry FROM %[1]s_lookups l JOIN failed f USING (parent, key) WHERE l.has_company AND NOT f.has_company
)
SELECT DISTINCT r.row AS child, w.parent, false AS same
FROM %[1]s_retry_records r JOIN waiting w USING (place)
WHERE r.row <> w.parent
UNION ALL
SELECT DISTINCT a.retry, b.retry, true FROM failed a JOIN failed b USING (row) WHERE a.retry <> b.retry;
