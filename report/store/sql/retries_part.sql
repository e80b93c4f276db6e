-- Which rows can be saved again, by map, key and company, and behind which fix: the last of those that their records
-- wait for. A row with a record for which the plan has no fix is none of them. Of part $1 of $2: the groups of one part
-- have room in memory.
INSERT INTO %[1]s_retries
WITH failed AS (
  SELECT place, hash(map_title, affected_key, coalesce(company, '')) AS row, hash(sig) AS sig, hash(record_id) AS id, position,
    CASE WHEN log = 'dualwrite' THEN occurred_at END AS queued
  FROM %[1]s LEFT JOIN %[1]s_positions USING (map_title)
  WHERE outcome = 'error' AND affected_key IS NOT NULL AND hash(affected_key) %% $2::UBIGINT = $1::UBIGINT
), waits AS (
  SELECT l.place, max(p.rank) AS rank, bool_or(l.blind OR p.rank IS NULL) AS more
  FROM %[1]s_lookups l LEFT JOIN %[1]s_ranked_parents p ON p.name = l.parent
  GROUP BY l.place
), ranked AS (
  SELECT f.*, CASE WHEN w.place IS NULL THEN s.rank WHEN NOT w.more THEN w.rank ELSE greatest(w.rank, s.rank) + 0 * s.rank END AS rank
  FROM failed f LEFT JOIN waits w USING (place) LEFT JOIN %[1]s_ranked_signatures s ON s.name = f.sig
)
SELECT row, arg_min(place, id), count(*), max(rank), coalesce(max(position), 0), 0, max(queued)
FROM ranked
GROUP BY row
HAVING count(rank) = count(*);
