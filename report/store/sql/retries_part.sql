-- Which rows can be saved again, by map, key and company, and behind which fix: the last of those that their records
-- wait for. A row with a record for which the plan has no fix is none of them. Of part $1 of $2: the groups of one part
-- have room in memory. All records of a row that say of which map they are have the names that are looked up in one of them, so any of these does; the first takes half the time of an arg_min.
INSERT INTO %[1]s_retries
WITH failed AS NOT MATERIALIZED ( -- named twice, and made twice: kept beside the groups it takes their memory
  FROM %[1]s_retry_records WHERE row %% $2::UBIGINT = $1::UBIGINT
), waits AS (
  SELECT l.place, max(p.rank) AS rank, bool_or(l.blind OR p.rank IS NULL) AS more
  FROM %[1]s_lookups l LEFT JOIN %[1]s_ranked_parents p ON p.name = l.parent
  WHERE l.place IN (SELECT place FROM failed)
  GROUP BY l.place
), ranked AS (
  SELECT f.*, CASE WHEN d.place IS NOT NULL THEN e.rank WHEN w.place IS NULL THEN s.rank WHEN NOT w.more THEN w.rank ELSE greatest(w.rank, s.rank) + 0 * s.rank END AS rank
  FROM failed f LEFT JOIN waits w USING (place) LEFT JOIN %[1]s_ranked_signatures s ON s.name = f.sig
    LEFT JOIN %[1]s_settled d ON d.place = f.place AND d.whole LEFT JOIN %[1]s_ranked_settled e ON e.name = f.sig
)
SELECT row, min(place) FILTER (named), count(*), max(rank), coalesce(max(position) FILTER (named), 0), 0, max(queued)
FROM ranked
GROUP BY row
HAVING count(rank) = count(*);
