-- Which records wait for rows of which tables, and for which of them at the same time? One row per
-- signature, set of parents, map and company; blind where they wait for rows of what has no name, too. A parent is the
-- map that brings the missing row, or the table that was looked up where no map does; where messages name
-- no row there is none, and all records of a signature are one row without a map: there may be any number of these.
WITH waiting AS (
  SELECT sig, map_title, coalesce(company, '') AS company, occurred_at,
    list_sort(list_distinct(list_transform(looked_up(captures), x -> x.parent))) AS parents
  FROM scope
  WHERE outcome = 'error' AND signature IN (SELECT unnest(string_split($1, chr(10))))
), named AS (
  SELECT sig, list_filter(parents, x -> x <> '') AS named, list_contains(parents, '') AS blind, map_title, company, occurred_at
  FROM waiting
)
SELECT sig, named, blind, CASE WHEN len(named) = 0 THEN '' ELSE map_title END AS map_title, CASE WHEN len(named) = 0 THEN '' ELSE company END AS company,
  count(*), min(occurred_at), max(occurred_at)
FROM named
GROUP BY ALL
ORDER BY sig, named, blind, map_title, company;
