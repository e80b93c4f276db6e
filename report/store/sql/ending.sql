-- How did a run end, and how long did its stages take? One row per stage, in their order, one without a
-- stage where none is known.
SELECT coalesce(u.exit_code, 0), t.timing.stage, t.timing.seconds
FROM dw.runs u LEFT JOIN (
  SELECT run_id, unnest(timings) AS timing, generate_subscripts(timings, 1) AS position FROM dw.runs WHERE run_id = $1
) t USING (run_id)
WHERE u.run_id = $1
ORDER BY t.position;
