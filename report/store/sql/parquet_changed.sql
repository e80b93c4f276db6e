-- Which runs are another than when they were exported? Their ledger is, where records were handed on, mended or judged again since, or their end was
-- booked. What history prune takes out leaves the ledger as it is, and may take the records that were judged last.
SELECT d.run_id,
  (l.loaded, l.duplicates, l.ok, l.classified, l.unclassified, l.inherited, l.exit_code)
    IS DISTINCT FROM (d.loaded, d.duplicates, d.ok, d.classified, d.unclassified, d.inherited, d.exit_code)
    OR CASE WHEN l.pruned_at IS DISTINCT FROM utc(d.pruned_at) THEN coalesce(d.judgement_id, 0) > coalesce(l.judgement_id, 0) ELSE l.judgement_id IS DISTINCT FROM d.judgement_id END AS changed,
  l.pruned_at IS DISTINCT FROM utc(d.pruned_at) AS pruned, l.inherited IS DISTINCT FROM d.inherited AS handed
FROM (
  FROM read_parquet([%[files]], hive_partitioning = false, union_by_name = true)
  UNION ALL BY NAME SELECT NULL::BIGINT AS judgement_id, NULL::TIMESTAMPTZ AS pruned_at WHERE false -- which earlier exports lack
) l
JOIN (SELECT *, run_key(environment, started_at, arguments) AS run_key, (SELECT max(judgement_id) FROM dw.records r WHERE r.run_id = u.run_id) AS judgement_id FROM dw.runs u) d USING (run_key)
ORDER BY d.run_id
