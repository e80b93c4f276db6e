-- What do the files of run $1 cover, and those of all runs of its environment? Equal ranges of many files are one row.
WITH asked AS (
  SELECT environment FROM dw.runs WHERE run_id = $1
)
SELECT c.log, c.from_at, c.until_at, sum(c.records)::BIGINT, c.whole, c.run_id = $1 AS of_run
FROM dw.coverage c JOIN dw.runs r USING (run_id) JOIN asked a ON r.environment IS NOT DISTINCT FROM a.environment
GROUP BY c.log, c.from_at, c.until_at, c.whole, of_run
ORDER BY ALL;
