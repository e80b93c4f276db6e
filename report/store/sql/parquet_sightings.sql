-- The records that a run met again: loaded_by is the run whose file has the record.
SELECT s.run_id, s.record_id::VARCHAR AS record_id, coalesce(s.file, r.file) AS file, coalesce(s.row, r.row) AS row,
  coalesce(s.byte_offset, r.byte_offset) AS byte_offset, coalesce(s.byte_length, r.byte_length) AS byte_length, r.run_id AS loaded_by, '%[key]' AS run_key
FROM dw.sightings s JOIN dw.records r USING (record_id)
WHERE s.run_id = %[run]
ORDER BY s.record_id
