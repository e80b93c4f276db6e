-- The ledger: what became of the rows of each file. read = loaded + duplicates + rejected + filtered.
SELECT '%[key]' AS run_key, file_key('%[key]', f.path) AS file_key, name_key(u.environment) AS environment_key, day_key(u.started_at) AS date_key,
  f.bytes, f.read, f.loaded, f.duplicates, f.rejected, f.filtered, f.ok, f.classified, f.unclassified
FROM dw.files f JOIN dw.runs u USING (run_id)
WHERE f.run_id = %[run]
ORDER BY f.position
