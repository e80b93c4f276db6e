-- Which runs have ended by $1, of environment $3 where $2? A run ends with the last hour that its files cover; hours that lie a day or more
-- behind the call itself are of a wrong clock. One that covers no hours ends when it was called.
CREATE OR REPLACE TEMP TABLE prunable AS
WITH ends AS (
  SELECT u.run_id, u.environment, u.finished_at, max(c.until_at) FILTER (c.until_at <= u.finished_at + INTERVAL 1 DAY) AS until_at
  FROM dw.runs u LEFT JOIN dw.coverage c USING (run_id)
  WHERE NOT $2 OR coalesce(u.environment, '') = $3
  GROUP BY ALL
)
SELECT run_id, environment, until_at FROM ends WHERE coalesce(until_at, finished_at) <= $1;
