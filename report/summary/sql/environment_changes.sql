-- The signatures × maps that fail in both environments or in one alone ($1), what rules and codes explain first; the $2 with most records.
WITH largest AS (
  SELECT * FROM scope_environments WHERE change = $1 ORDER BY unexplained, greatest(records, others) DESC, place_of_change LIMIT $2
)
SELECT r.sig, r.map_title, coalesce(r.map, ''), coalesce(r.severity, ''), c.records, c.others, c.first_seen, c.last_seen
FROM largest c JOIN shown r USING (place)
ORDER BY c.unexplained, greatest(c.records, c.others) DESC, r.sig, r.map_title;
