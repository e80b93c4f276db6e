-- The rows that could not become a record.
SELECT j.run_id, u.environment, j.file, j.row, j.byte_offset, j.byte_length, j."column", j.reason, j.excerpt, '%[key]' AS run_key
FROM dw.rejects j JOIN dw.runs u USING (run_id)
WHERE j.run_id = %[run]
ORDER BY j.file, j.row, j.byte_offset, j."column", j.reason
