-- The records that causes explain, of part $1 of $2: the groups of one part have room in memory.
INSERT INTO %[1]s_explained
WITH part AS (
  SELECT n.place, n.occurred_at, n.blind, r.cause, r.depth, r.sole
  FROM %[1]s_needs n JOIN %[1]s_resolved r USING (row)
  WHERE n.place %% $2 = $1
), per_record AS (
  SELECT place, NOT bool_or(blind) AND bool_and(sole) AND count(cause) = count(*) AND min(cause) = max(cause) AS whole, 1 + max(depth) AS depth
  FROM part
  GROUP BY place
)
SELECT DISTINCT place, p.occurred_at, p.cause, w.whole, w.depth
FROM part p JOIN per_record w USING (place)
WHERE p.cause IS NOT NULL;
