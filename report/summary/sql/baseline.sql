-- Which earlier run does this one compare with? The latest of the same environment that was
-- about other records; a night that is run again compares with the same run as the first time.
SELECT b.run_id, coalesce(b.environment, ''), b.started_at, b.finished_at
FROM dw.runs b, dw.runs t
WHERE t.run_id = $1 AND b.run_id < t.run_id AND b.environment IS NOT DISTINCT FROM t.environment
  AND b.scope_records > 0 AND (b.scope_records, b.scope_digest) IS DISTINCT FROM (t.scope_records, t.scope_digest)
ORDER BY b.run_id DESC
LIMIT 1;
