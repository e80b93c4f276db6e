-- The run as it was booked.
SELECT run_id, coalesce(environment, ''), started_at, finished_at, since, until, arguments,
  coalesce(fail_on, ''), coalesce(max_rejects, ''), tool_version, rules, rules_digest,
  coalesce(array_to_string(parts, chr(10)), ''), coalesce(array_to_string(missing_shards, chr(10)), '')
FROM dw.runs
WHERE run_id = $1;
