-- Which values fill the placeholders of a fix? The four most frequent ones of every capture, of
-- which three are shown (lookup_2 is another lookup).
WITH entries AS (
  SELECT sig, unnest(map_entries(captures)) AS e FROM scope WHERE outcome = 'error' AND signature IS NOT NULL
), counted AS (
  SELECT sig, regexp_replace(e.key, '_[2-9]$', '') AS name, e.value AS value, count(*) AS records FROM entries GROUP BY ALL
)
SELECT sig, name, value
FROM counted
QUALIFY row_number() OVER (PARTITION BY sig, name ORDER BY records DESC, value) <= 4
ORDER BY sig, name, records DESC, value;
