-- The runs that are in the database, with their keys, oldest first.
WITH hours AS (
  SELECT run_id, min(from_at) AS from_at, max(until_at) AS until_at FROM dw.coverage GROUP BY run_id
)
SELECT run_id, run_key(environment, started_at, arguments), environment, started_at, coalesce(h.from_at, started_at), coalesce(h.until_at, started_at)
FROM dw.runs LEFT JOIN hours h USING (run_id)
ORDER BY run_id;
