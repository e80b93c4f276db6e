-- What failed in a map in the first view and not in the second? The $1 with most records, and beside each how many
-- there are in all.
WITH changed AS (
  SELECT place_of_change, sum(records)::BIGINT AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen, min(finding) AS finding
  FROM %[1]s_groups
  WHERE place_of_change NOT IN (SELECT place_of_change FROM %[2]s_groups)
  GROUP BY place_of_change
)
SELECT sig, map_title, map, severity, c.records, c.first_seen, c.last_seen, count(*) OVER ()
FROM changed c JOIN %[1]s_groups USING (finding)
ORDER BY c.records DESC, sig, map_title
LIMIT $1;
