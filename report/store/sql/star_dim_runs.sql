-- What is known of a run.
SELECT '%[key]' AS run_key, u.run_id, u.environment, utc(u.started_at) AS started_at, utc(u.finished_at) AS finished_at, u.exit_code, u.tool_version, u.rules_digest, u.arguments
FROM dw.runs u
WHERE u.run_id = %[run]
