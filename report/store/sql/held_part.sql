-- Of the records of a view that wait no longer: those of rows with another failing record that does wait, and where an ok record showed the row in between (saved) failed after that; by signature. A
-- record that may be of several maps is of each of them here: what nobody can tell is not said to be done. Of part $1 of $2 by key and company, as the hashes of one part have room in memory.
WITH named AS NOT MATERIALIZED (
  SELECT place, sig, occurred_at, unnest(CASE WHEN map IS NULL AND len(map_candidates) > 0 THEN map_candidates ELSE [map_title] END) AS title,
    hash(same_key(affected_key), row_company(company)) AS key
  FROM %[1]s
  WHERE outcome = 'error' AND affected_key IS NOT NULL AND hash(same_key(affected_key), row_company(company)) %% $2::UBIGINT = $1::UBIGINT
), own AS (
  SELECT n.place, n.sig, hash(n.title, n.key) AS row, d.saved, d.since FROM named n JOIN %[1]s_settled d USING (place) WHERE d.whole
), busy AS (
  SELECT hash(title, key) AS row, max(occurred_at) AS last
  FROM named
  WHERE hash(title, key) IN (SELECT row FROM own) AND place NOT IN (SELECT place FROM %[1]s_settled WHERE whole)
  GROUP BY ALL
), held AS (
  SELECT DISTINCT o.place, o.sig, o.saved FROM own o JOIN busy b USING (row) WHERE NOT o.saved OR b.last > o.since
)
SELECT sig, saved, count(*) FROM held GROUP BY sig, saved;
