-- Which runs have another ledger than when they were exported? Records of them were handed on, mended or judged again since, or
-- their end was booked.
SELECT d.run_id
FROM (
  FROM read_parquet([%[files]], hive_partitioning = false, union_by_name = true)
  UNION ALL BY NAME SELECT NULL::BIGINT AS judgement_id WHERE false -- which earlier exports lack
) l
JOIN (SELECT *, run_key(environment, started_at, arguments) AS run_key, (SELECT max(judgement_id) FROM dw.records r WHERE r.run_id = u.run_id) AS judgement_id FROM dw.runs u) d USING (run_key)
WHERE (l.loaded, l.duplicates, l.ok, l.classified, l.unclassified, l.inherited, l.exit_code, l.judgement_id)
  IS DISTINCT FROM (d.loaded, d.duplicates, d.ok, d.classified, d.unclassified, d.inherited, d.exit_code, d.judgement_id)
ORDER BY d.run_id
