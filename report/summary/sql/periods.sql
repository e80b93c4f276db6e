-- What do the files of run $1 cover, those of run $2, and those of all runs of the environment of run $1 (0)? Equal ranges
-- of many files are one row.
WITH asked AS (
  SELECT environment FROM dw.runs WHERE run_id = $1
)
SELECT c.log, c.from_at, c.until_at, sum(c.records)::BIGINT, c.whole, CASE WHEN c.run_id IN ($1, $2) THEN c.run_id ELSE 0 END AS of_run
FROM dw.coverage c JOIN dw.runs r USING (run_id) JOIN asked a ON r.environment IS NOT DISTINCT FROM a.environment
GROUP BY c.log, c.from_at, c.until_at, c.whole, of_run
ORDER BY ALL;
