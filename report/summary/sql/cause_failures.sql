-- By which signatures did the rows of the causes $1 (a blank between them) fail themselves? Those of most records come first.
SELECT o.cause, s.sig, count(*) AS records
FROM own_records($1) o JOIN scope s USING (place)
GROUP BY o.cause, s.sig
ORDER BY o.cause, records DESC, s.sig;
