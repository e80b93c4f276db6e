-- Which values fill the placeholders of a fix? The four most frequent ones of every capture, of
-- which three are shown (lookup_2 is another lookup): for a signature as a whole (map_title is
-- empty) and for each map it fails in.
WITH entries AS (
  SELECT sig, map_title, unnest(map_entries(captures)) AS e FROM scope WHERE outcome = 'error' AND signature IS NOT NULL
), counted AS (
  SELECT sig, coalesce(map_title, '') AS map_title, regexp_replace(e.key, '_[2-9]$', '') AS name, e.value AS value, count(*) AS records
  FROM entries
  GROUP BY GROUPING SETS ((sig, e.key, e.value), (sig, map_title, e.key, e.value))
), summed AS (
  SELECT sig, map_title, name, value, sum(records) AS records FROM counted GROUP BY ALL
)
SELECT sig, map_title, name, value
FROM summed
QUALIFY row_number() OVER (PARTITION BY sig, map_title, name ORDER BY records DESC, value) <= 4
ORDER BY sig, map_title, name, records DESC, value;
