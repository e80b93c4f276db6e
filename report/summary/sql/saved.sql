-- Of the signatures with failing records whose rows an ok record saved later, but for those of $1, one a line: how many records of each map and company are
-- saved, from when to when they failed, and when the last of them was saved. The others of a signature are one row without a map.
WITH failed AS (
  SELECT s.sig, s.map_title, coalesce(s.company, '') AS company, s.occurred_at, coalesce(d.saved, false) AS saved, d.since
  FROM scope s LEFT JOIN scope_settled d USING (place)
  WHERE s.outcome = 'error' AND s.sig IN (SELECT sig FROM scope JOIN scope_settled d USING (place) WHERE d.saved)
    AND s.sig NOT IN (SELECT unnest(string_split($1, chr(10))))
)
SELECT sig, saved, CASE WHEN saved THEN map_title ELSE '' END AS map_title, CASE WHEN saved THEN company ELSE '' END AS company,
  count(*), min(occurred_at), max(occurred_at), max(since) FILTER (saved)
FROM failed
GROUP BY ALL
ORDER BY sig, saved, map_title, company;
