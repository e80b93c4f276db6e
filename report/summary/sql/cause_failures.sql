-- By which signatures did the rows of the causes $1 (a blank between them) fail themselves? Those of most records come first. The signature is that of the finding, so that no text of a
-- record is looked at.
WITH failures AS (
  SELECT o.cause, f.finding, count(*) AS records FROM own_records($1) o JOIN scope_failing f USING (place) GROUP BY o.cause, f.finding
)
SELECT f.cause, r.sig, sum(f.records)::BIGINT AS records
FROM failures f JOIN scope_sums s USING (finding) JOIN shown r ON r.place = s.place
GROUP BY f.cause, r.sig
ORDER BY f.cause, records DESC, r.sig;
