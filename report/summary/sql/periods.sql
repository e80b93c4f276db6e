-- What do the files of the report's runs cover (own), those of run $1 (other), and those of all runs of their environment? Equal ranges of many
-- files are one row.
WITH asked AS (
  SELECT environment FROM dw.runs WHERE run_id = %[first]
)
SELECT c.log, c.from_at, c.until_at, sum(c.records)::BIGINT, c.whole, c.run_id IN (%[runs]) AS own, c.run_id = $1 AS other
FROM dw.coverage c JOIN dw.runs r USING (run_id) JOIN asked a ON r.environment IS NOT DISTINCT FROM a.environment
GROUP BY c.log, c.from_at, c.until_at, c.whole, own, other
ORDER BY ALL;
