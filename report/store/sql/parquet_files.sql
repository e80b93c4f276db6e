-- The ledger of a run, a row per file.
WITH hours AS (
  SELECT position, min(from_at) AS from_at, max(until_at) AS until_at FROM dw.coverage WHERE run_id = %[run] GROUP BY position
)
SELECT f.run_id, u.environment, f.position, f.path, f.bytes, f.digest, f.container, f.encoding, f.format, f.log, utc(h.from_at) AS from_at, utc(h.until_at) AS until_at,
  f.read, f.loaded, f.duplicates, f.rejected, f.filtered, f.ok, f.classified, f.unclassified, as_json(f.warnings) AS warnings, f.problem, f.counted, f.incomplete, '%[key]' AS run_key
FROM dw.files f JOIN dw.runs u USING (run_id) LEFT JOIN hours h USING (position)
WHERE f.run_id = %[run]
ORDER BY f.position
