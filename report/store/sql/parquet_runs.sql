-- A call of run.
WITH hours AS (
  SELECT min(from_at) AS from_at, max(until_at) AS until_at FROM dw.coverage WHERE run_id = %[run]
), inputs AS (
  SELECT count(*) AS files, count(problem) AS unread FROM dw.files WHERE run_id = %[run]
)
SELECT u.run_id, u.environment, utc(u.started_at) AS started_at, utc(u.finished_at) AS finished_at, u.exit_code, utc(h.from_at) AS from_at, utc(h.until_at) AS until_at,
  i.files, i.unread, u.read, u.loaded, u.duplicates, u.rejected, u.filtered, u.ok, u.classified, u.unclassified, u.inherited, u.scope_records,
  u.tool_version, u.rules, u.rules_digest, u.arguments, utc(u.since) AS since, utc(u.until) AS until, u.fail_on, u.max_rejects,
  list_sum(list_transform(u.timings, lambda t: t.seconds)) AS seconds, '%[key]' AS run_key,
  (SELECT max(judgement_id) FROM dw.records WHERE run_id = %[run]) AS judgement_id,
  as_json(u.parts) AS parts, as_json(u.missing_shards) AS missing_shards,
  coalesce(u.pruned, 0) AS pruned, utc(u.pruned_at) AS pruned_at
FROM dw.runs u CROSS JOIN hours h CROSS JOIN inputs i
WHERE u.run_id = %[run]
