-- How often failed what in the windows? Part $1 of $2.
INSERT INTO history
SELECT place_of_change,
  [count(*) FILTER (period = 0), count(*) FILTER (period = 1), count(*) FILTER (period = 2), count(*) FILTER (period = 3),
    count(*) FILTER (period = 4), count(*) FILTER (period = 5), count(*) FILTER (period = 6), count(*) FILTER (period = 7)],
  bool_or(dual_write), NOT bool_and(dual_write), bool_or(unexplained),
  min(occurred_at) FILTER (period > 0), max(occurred_at) FILTER (period > 0), arg_min(place, id)
FROM recent
WHERE place_of_change % $2::UBIGINT = $1::UBIGINT
GROUP BY place_of_change;
