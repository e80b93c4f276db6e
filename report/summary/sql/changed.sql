-- The signatures × maps in state $1, what rules and codes explain first; the $2 with most records, now or before.
WITH largest AS (
  SELECT * FROM scope_states WHERE change = $1 ORDER BY unexplained, greatest(records, previous) DESC, place_of_change LIMIT $2
)
SELECT r.sig, r.map_title, coalesce(r.map, ''), coalesce(r.severity, ''), c.records, c.previous, c.first_seen, c.last_seen, c.known_since, c.counts
FROM largest c JOIN named r USING (place)
ORDER BY c.unexplained, greatest(c.records, c.previous) DESC, r.sig, r.map_title;
