-- Of the records of a view that wait no longer: those of rows with another failing record that is not settled, by signature, and whether an ok record showed the row in between. Of part
-- $1 of $2, as the hashes of one part have room in memory.
WITH own AS (
  SELECT s.sig, d.saved, hash(s.map_title, s.affected_key, coalesce(s.company, '')) AS row
  FROM %[1]s s JOIN %[1]s_settled d USING (place)
  WHERE d.whole AND s.affected_key IS NOT NULL AND hash(s.map_title, s.affected_key, coalesce(s.company, '')) %% $2::UBIGINT = $1::UBIGINT
), busy AS (
  SELECT DISTINCT row
  FROM (
    SELECT place, hash(map_title, affected_key, coalesce(company, '')) AS row FROM %[1]s
    WHERE outcome = 'error' AND affected_key IS NOT NULL AND place NOT IN (SELECT place FROM %[1]s_settled WHERE whole)
  )
  WHERE row IN (SELECT row FROM own)
)
SELECT sig, saved, count(*) FROM own WHERE row IN (SELECT row FROM busy) GROUP BY sig, saved;
