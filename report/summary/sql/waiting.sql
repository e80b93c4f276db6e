-- Which records wait for rows of which tables, and for which of them at the same time? One row per
-- signature, set of parents, map and company. A parent is the map that brings the missing row, or the
-- table that was looked up where no map does.
WITH waiting AS (
  SELECT sig, map_title, coalesce(company, '') AS company, occurred_at,
    list_sort(list_distinct(list_filter([coalesce(captures['lookup_map'], CASE WHEN captures['lookup'] IS NOT NULL THEN captures['table'] END),
      captures['lookup_map_2'], captures['lookup_map_3'], captures['lookup_map_4']], x -> x IS NOT NULL))) AS parents
  FROM scope
  WHERE outcome = 'error' AND signature IN (SELECT unnest(string_split($1, chr(10))))
)
SELECT sig, parents, map_title, company, count(*), min(occurred_at), max(occurred_at)
FROM waiting
WHERE len(parents) > 0
GROUP BY ALL
ORDER BY sig, parents, map_title, company;
