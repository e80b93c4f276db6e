-- What do the files of the report's runs cover (own), those of run $1 (other), and those of all runs of their environment? main: it is the last range of the
-- file with a tenth of the records of the largest one of the log, which is said of these runs only. Equal ranges of many files are one row.
WITH asked AS (
  SELECT environment FROM dw.runs WHERE run_id = %[first]
), mains AS (
  SELECT run_id, position, log, max(from_at) AS from_at
  FROM (SELECT *, max(records) OVER (PARTITION BY run_id, position, log) AS largest FROM dw.coverage WHERE run_id IN (%[runs]) OR run_id = $1)
  WHERE 10 * records >= largest
  GROUP BY ALL
)
SELECT c.log, c.from_at, c.until_at, sum(c.records)::BIGINT, c.whole, c.run_id IN (%[runs]) AS own, c.run_id = $1 AS other, bool_or(m.run_id IS NOT NULL)
FROM dw.coverage c JOIN dw.runs r USING (run_id) JOIN asked a ON r.environment IS NOT DISTINCT FROM a.environment
  LEFT JOIN mains m ON (m.run_id, m.position, m.log, m.from_at) = (c.run_id, c.position, c.log, c.from_at)
GROUP BY c.log, c.from_at, c.until_at, c.whole, own, other
ORDER BY ALL;
