-- Which signatures × maps fail in the hours of the report, which in those of another environment, and how often? Hashes stand for
-- names, see scope.sql; each has the hours of its own records.
CREATE OR REPLACE TEMP TABLE scope_environments AS
WITH ours AS (
  SELECT place_of_change(sig, hash(template_id, map_title), map_title) AS place_of_change, count(*) AS records, min(occurred_at) AS first_seen, max(occurred_at) AS last_seen,
    bool_or(status = 'unknown') AS unexplained, arg_min(place, hash(record_id)) AS place
  FROM scope
  WHERE outcome = 'error' AND (%[ours])
  GROUP BY 1
), failed AS (
  SELECT place_of_change, log, status, occurred_at, occurred_at AS first_seen, occurred_at AS last_seen, hash(record_id) AS id, place, 1 AS n FROM there
  UNION ALL -- history prune took records, but not what failed
  SELECT place_of_change, log, status, occurred_at, first_seen, last_seen, 18446744073709551615, place, records FROM there_pruned
), theirs AS (
  SELECT place_of_change, sum(n)::BIGINT AS records, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
    bool_or(status = 'unknown') AS unexplained, arg_min(place, id) AS place
  FROM failed
  WHERE %[theirs]
  GROUP BY 1
)
SELECT place_of_change, CASE WHEN t.place IS NULL THEN 'only-here' WHEN o.place IS NULL THEN 'only-there' ELSE 'both' END AS change,
  coalesce(o.records, 0) AS records, coalesce(t.records, 0) AS others, coalesce(o.first_seen, t.first_seen) AS first_seen,
  coalesce(o.last_seen, t.last_seen) AS last_seen, coalesce(o.unexplained, t.unexplained) AS unexplained, coalesce(o.place, t.place) AS place
FROM ours o FULL JOIN theirs t USING (place_of_change);
