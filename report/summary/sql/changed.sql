-- What failed in a map in the first view and not in the second? The $1 with most records, and beside each how many
-- there are in all.
WITH changed AS (
  SELECT place_of_change, sum(records)::BIGINT AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen, arg_min(place, finding) AS place
  FROM %[1]s_sums
  WHERE place_of_change NOT IN (SELECT place_of_change FROM %[2]s_sums)
  GROUP BY place_of_change
), largest AS (
  SELECT *, (SELECT count(*) FROM changed) AS changes FROM changed ORDER BY records DESC, place_of_change LIMIT $1
)
SELECT r.sig, r.map_title, coalesce(r.map, ''), coalesce(r.severity, ''), c.records, c.first_seen, c.last_seen, c.changes
FROM largest c JOIN shown r USING (place)
ORDER BY c.records DESC, r.sig, r.map_title;
