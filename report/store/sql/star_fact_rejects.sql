-- A row per rejected row. It has no time of its own that could be read, so its day is that on which the run began.
SELECT '%[key]' AS run_key, CASE WHEN f.path IS NULL THEN unknown() ELSE file_key('%[key]', f.path) END AS file_key, name_key(u.environment) AS environment_key,
  day_key(u.started_at) AS date_key, j.row, j.byte_offset, j."column", j.reason, 1 AS rejects
FROM dw.rejects j JOIN dw.runs u USING (run_id) LEFT JOIN (SELECT DISTINCT path FROM dw.files WHERE run_id = %[run]) f ON f.path = j.file
WHERE j.run_id = %[run]
ORDER BY j.file, j.row, j.byte_offset, j."column", j.reason
