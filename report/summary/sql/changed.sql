-- The signatures × maps in state $1, what rules and codes explain first; the $2 with most records, now or before. place is that of one of
-- their records, below 0 where none is left.
WITH largest AS (
  SELECT * FROM scope_states WHERE change = $1 ORDER BY unexplained, greatest(records, previous) DESC, place_of_change LIMIT $2
), worst AS (
  SELECT place_of_change, min(worst) AS worst FROM scope_sums WHERE place_of_change IN (SELECT place_of_change FROM largest) GROUP BY place_of_change
), named AS (
  SELECT c.*, r.sig, r.template_id, r.map_title, r.map, r.severity FROM largest c JOIN shown r USING (place)
  UNION ALL
  SELECT c.*, r.sig, r.template_id, r.map_title, r.map, r.severity FROM largest c JOIN shown_pruned r USING (place) -- whose records history prune took out
)
SELECT sig, CASE WHEN told_apart(sig) THEN coalesce(template_id, '') ELSE '' END AS message, map_title, coalesce(map, ''), coalesce(severity_of(worst), severity, ''), records, previous, first_seen, last_seen, known_since, counts, place
FROM named LEFT JOIN worst USING (place_of_change)
ORDER BY unexplained, greatest(records, previous) DESC, sig, map_title, message;
