-- When would an alert of $2 errors within $3 microseconds have fired first for a map, and how many records has the map of
-- that type? $1 are the categories and HTTP statuses of the type, one pair a line with a tab between. The window slides: it
-- fires with the first record that lies at most that long behind the one $2 - 1 records before it.
WITH kinds AS (
  SELECT string_split(unnest(string_split($1, chr(10))), chr(9)) AS kind
), failing AS (
  SELECT hash(map) AS map_hash, epoch_us(occurred_at) AS us, place
  FROM scope s SEMI JOIN kinds k ON k.kind[1] = s.cat AND k.kind[2] = lower(coalesce(s.captures['http_status'], ''))
  WHERE outcome = 'error' AND log = 'dualwrite' AND map IS NOT NULL AND occurred_at IS NOT NULL
), behind AS (
  SELECT map_hash, us, place, us - lag(us, $2 - 1) OVER (PARTITION BY map_hash ORDER BY us) AS since FROM failing
), fired AS (
  SELECT map_hash, count(*) AS records, min(us) FILTER (since <= $3) AS first, min(place) AS place FROM behind GROUP BY map_hash
)
SELECT r.map, f.records, make_timestamp(f.first)
FROM fired f JOIN shown r USING (place)
WHERE f.first IS NOT NULL
ORDER BY f.first, r.map;
