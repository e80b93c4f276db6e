-- How often failed what in the windows, and what failed between them? Part $1 of $2.
INSERT INTO history
WITH counted AS (
  SELECT place_of_change, period, dual_write, unexplained, occurred_at AS first_seen, occurred_at AS last_seen, id, place, 1 AS n, dual_write = (%[deeper] = 'dualwrite') AS deep FROM recent
  UNION ALL
  SELECT place_of_change, (%[number])::TINYINT, log = 'dualwrite', status = 'unknown', first_seen, last_seen, 18446744073709551615, place, records, log = %[deeper]
  FROM here_pruned
)
SELECT place_of_change,
  list_transform([sum(n) FILTER (period = 0), sum(n) FILTER (period = 1), sum(n) FILTER (period = 2), sum(n) FILTER (period = 3),
    sum(n) FILTER (period = 4), sum(n) FILTER (period = 5), sum(n) FILTER (period = 6), sum(n) FILTER (period = 7),
    sum(n) FILTER (period = 8)], lambda n: coalesce(n, 0)::BIGINT),
  CASE WHEN bool_or(deep) AND NOT bool_and(deep) THEN
    list_transform([sum(n) FILTER (period = 0 AND deep), sum(n) FILTER (period = 1 AND deep), sum(n) FILTER (period = 2 AND deep), sum(n) FILTER (period = 3 AND deep),
      sum(n) FILTER (period = 4 AND deep), sum(n) FILTER (period = 5 AND deep), sum(n) FILTER (period = 6 AND deep), sum(n) FILTER (period = 7 AND deep)],
      lambda n: coalesce(n, 0)::BIGINT)
  END,
  bool_or(dual_write), NOT bool_and(dual_write), bool_or(unexplained),
  min(first_seen) FILTER (period BETWEEN 1 AND 7), max(last_seen) FILTER (period BETWEEN 1 AND 7), arg_min(place, id),
  min(first_seen) FILTER (period = 0)
FROM counted
WHERE place_of_change % $2::UBIGINT = $1::UBIGINT
GROUP BY place_of_change;
