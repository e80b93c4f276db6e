-- The run as it was booked.
SELECT run_id, coalesce(environment, ''), started_at, finished_at, since, until, arguments,
  coalesce(fail_on, ''), coalesce(max_rejects, ''), tool_version, rules, rules_digest,
  parts, missing_shards, coalesce(pruned, 0), pruned_at
FROM dw.runs
WHERE run_id = $1;
