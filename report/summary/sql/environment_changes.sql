-- The signatures × maps that fail in both environments or in one alone ($1), what rules and codes explain first; the $2 with most records. place is
-- that of one of their records, below 0 where none is left.
WITH largest AS (
  SELECT * FROM scope_environments WHERE change = $1 ORDER BY unexplained, greatest(records, others) DESC, place_of_change LIMIT $2
), named AS (
  SELECT c.*, r.sig, r.map_title, r.map, r.severity FROM largest c JOIN shown r USING (place)
  UNION ALL
  SELECT c.*, r.sig, r.map_title, r.map, r.severity FROM largest c JOIN shown_pruned r USING (place)
)
SELECT sig, map_title, coalesce(map, ''), coalesce(severity, ''), records, others, first_seen, last_seen, place
FROM named
ORDER BY unexplained, greatest(records, others) DESC, sig, map_title;
