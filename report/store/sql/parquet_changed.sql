-- Which runs have another ledger than when they were exported? Records of them were handed on or mended since, or their end was booked.
SELECT d.run_id
FROM read_parquet([%[files]], hive_partitioning = false) l
JOIN (SELECT *, run_key(environment, started_at, arguments) AS run_key FROM dw.runs) d USING (run_key)
WHERE (l.loaded, l.duplicates, l.ok, l.classified, l.unclassified, l.inherited, l.exit_code)
  IS DISTINCT FROM (d.loaded, d.duplicates, d.ok, d.classified, d.unclassified, d.inherited, d.exit_code)
ORDER BY d.run_id
