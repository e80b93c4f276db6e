-- Which of the rows that can be saved again wait for which others of them? The row that a record looks up is saved before its own; two names of one
-- row, of which one may be of several maps, are saved together (same). What comes in is what sql/needs.sql makes.
CREATE OR REPLACE TEMP TABLE %[1]s_retry_waits AS
WITH failed AS (
  SELECT DISTINCT f.retry, hash(f.parent, f.key, CASE WHEN f.has_company THEN f.company ELSE coalesce(c.company, f.company) END) AS row
  FROM %[1]s_failed f LEFT JOIN %[1]s_companies c USING (parent, key)
  WHERE f.retry IN (SELECT row FROM %[1]s_retries)
), waiting AS (
  SELECT n.place, f.retry AS parent FROM %[1]s_needs n JOIN failed f USING (row)
)
SELECT DISTINCT hash(s.map_title, s.affected_key, coalesce(s.company, '')) AS child, w.parent, false AS same
FROM %[1]s s JOIN waiting w USING (place)
WHERE s.affected_key IS NOT NULL AND child <> w.parent
UNION ALL
SELECT DISTINCT a.retry, b.retry, true FROM failed a JOIN failed b USING (row) WHERE a.retry <> b.retry;
