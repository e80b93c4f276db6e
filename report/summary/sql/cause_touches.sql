-- Of which findings do records belong to the causes $1 (a blank between them): their own, and those that wait for them and for nothing else?
-- The $2 with most such records of each, one of which stands for the rest where there are as many.
WITH asked AS (
  SELECT unnest(string_split($1, ' '))::UBIGINT AS cause
), places AS (
  SELECT e.cause, e.place FROM scope_explained e JOIN asked USING (cause) WHERE e.whole
  UNION
  FROM own_records($1)
), touched AS (
  SELECT p.cause, f.finding, count(*) AS records, min(f.occurred_at) AS first_seen, max(f.occurred_at) AS last_seen, count(*) = count(f.occurred_at) AS timed
  FROM places p JOIN scope_failing f USING (place)
  GROUP BY p.cause, f.finding
  QUALIFY row_number() OVER (PARTITION BY p.cause ORDER BY records DESC, f.finding) <= $2
)
SELECT t.cause, r.map_title, coalesce(r.company, ''), r.sig, severity_of(s.worst), CASE WHEN t.timed THEN t.first_seen END, CASE WHEN t.timed THEN t.last_seen END
FROM touched t JOIN scope_sums s USING (finding) JOIN shown r ON r.place = s.place
ORDER BY t.cause, t.records DESC, t.finding;
