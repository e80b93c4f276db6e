-- Which records wait no longer, or not for all that they looked up? Those whose own row is saved wait for nothing. What comes in is what sql/saved.sql and
-- sql/came.sql make; it is taken out of the look-ups.
INSERT INTO %[1]s_settled
WITH companies AS (
  SELECT parent, key, min(company) FILTER (has_company) AS company, min(company) FILTER (has_company) <> max(company) FILTER (has_company) AS several
  FROM %[1]s_lookups
  WHERE (parent, key) IN (SELECT (parent, key) FROM %[1]s_came)
  GROUP BY ALL
), found AS (
  SELECT l.place, l.n, l.blind, c.since
  FROM %[1]s_lookups l JOIN companies s USING (parent, key) JOIN %[1]s_came c
    ON c.parent = l.parent AND c.key = l.key AND c.company = CASE WHEN l.has_company OR coalesce(s.several, true) THEN l.company ELSE s.company END
      AND c.apart = (NOT l.has_company AND coalesce(s.several, false))
), left_over AS (
  SELECT place, sum(1 << (n - 1))::BIGINT AS bits, bool_or(blind) AS blind, max(since) AS since, count(*) AS found FROM found GROUP BY place
), counted AS (
  SELECT place, count(*) AS rows FROM %[1]s_lookups WHERE place IN (SELECT place FROM left_over) GROUP BY place
)
SELECT place, bits, NOT blind AND found = rows, false, since FROM left_over JOIN counted USING (place) WHERE place NOT IN (SELECT place FROM %[1]s_saved)
UNION ALL
SELECT place, 15, true, true, since FROM %[1]s_saved;

DELETE FROM %[1]s_lookups l USING %[1]s_settled d WHERE d.place = l.place AND (d.bits >> (l.n - 1)) & 1 = 1;
