-- By which signatures did the rows of the causes $1 (a blank between them) fail themselves? Those of most records come first.
WITH asked AS (
  SELECT cause FROM (SELECT unnest(string_split($1, ' '))::UBIGINT AS cause) JOIN scope_causes c USING (cause) WHERE NOT c.missing
), places AS (
  SELECT f.cause, f.place
  FROM scope_fails f JOIN asked USING (cause) LEFT JOIN scope_blocks b ON b.cause = f.cause
  WHERE NOT f.waits AND NOT f.doubtful AND (b.cause IS NULL OR NOT f.has_company)
  UNION
  SELECT b.cause, s.place
  FROM scope s JOIN scope_blocks b ON b.cause = hash(hash(s.map), hash(coalesce(s.company, '')), hash(s.sig)) JOIN asked a ON a.cause = b.cause
  WHERE s.outcome = 'error' AND s.map IS NOT NULL
)
SELECT p.cause, s.sig, count(*) AS records
FROM places p JOIN scope s USING (place)
GROUP BY p.cause, s.sig
ORDER BY p.cause, records DESC, s.sig;
