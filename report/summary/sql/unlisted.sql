-- In how many tables that are not among the $1 listed ones, as waiting.sql chooses them, do records of each signature look up rows that are missing?
WITH listed AS (
  SELECT parent FROM scope_lookups GROUP BY parent ORDER BY count(*) DESC, parent LIMIT $1
)
SELECT s.signature, count(DISTINCT l.parent)
FROM scope_lookups l ANTI JOIN listed USING (parent) JOIN scope s USING (place)
GROUP BY s.signature
ORDER BY s.signature;
