-- The run as it was booked.
SELECT run_id, coalesce(environment, ''), started_at, finished_at, since, until, arguments, tool_version, rules, rules_digest
FROM dw.runs
WHERE run_id = $1;
