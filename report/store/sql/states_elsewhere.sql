-- Of what is back in a map, what did not pause in another one: signatures, and messages that are told apart, that failed there in one of the $1 periods
-- before the report's own, in the day before it, or since then. With one period, as where it was asked for, it counts what failed in that.
INSERT INTO scope_known
WITH windows(log, number, from_at, until_at) AS (
  VALUES %[windows]
), since AS (
  SELECT log, least(coalesce((list(from_at ORDER BY number) FILTER (number > 0))[$1], '-infinity'::TIMESTAMP),
      CASE WHEN $1 > 1 THEN max(from_at) FILTER (number = 0) - INTERVAL 1 DAY END) AS from_at,
    CASE WHEN $1 = 1 THEN max(until_at) FILTER (number = 1) ELSE 'infinity' END AS until_at
  FROM windows
  GROUP BY log
), back AS (
  SELECT DISTINCT unnest([sig_hash, name_hash]) AS name FROM scope_sums JOIN scope_states USING (place_of_change) WHERE change = 'regressed'
), recent AS (
  SELECT unnest([hash(sig), name_hash]) AS name
  FROM ever JOIN since USING (log)
  WHERE occurred_at < %[begin] AND occurred_at >= from_at AND occurred_at < until_at
)
SELECT DISTINCT name FROM recent WHERE name IN (FROM back);
