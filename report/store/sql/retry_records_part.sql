-- The failing records of a view at places from $1 to $2 that are rows which can be saved again, and were not saved since, as numbers only: the row, by map, key and company, the place of its map in the
-- order of dependencies, and when the source queued it. Each part of them is read from here, and not from the texts, of which there is as much for each part.
-- named: the record says itself of which map it is. Not of all places at once, as where a run met millions that others had loaded, their places are held beside the rest.
INSERT INTO %[1]s_retry_records
SELECT f.place, coalesce(a.same, f.row) AS row, a.same IS NULL AS named, f.sig, f.position, f.queued
FROM (
  SELECT place, hash(map_title, same_key(affected_key), coalesce(company, '')) AS row, hash(sig) AS sig, position, CASE WHEN log = 'dualwrite' THEN occurred_at END AS queued
  FROM %[1]s LEFT JOIN %[1]s_positions USING (map_title)
  WHERE place BETWEEN $1 AND $2 AND outcome = 'error' AND affected_key IS NOT NULL AND place NOT IN (SELECT place FROM %[1]s_settled WHERE saved)
) f LEFT JOIN %[1]s_retry_same a USING (row);
