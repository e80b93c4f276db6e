-- The records of file $1 of an earlier run (the number of its row), where they stand in it.
INSERT INTO spool.main.sightings
SELECT record_id, file, row, byte_offset, byte_length
FROM dw.records
WHERE (run_id, file) = (SELECT (run_id, path) FROM dw.files WHERE rowid = $1)
UNION ALL
SELECT record_id, file, row, byte_offset, byte_length
FROM dw.sightings
WHERE (run_id, file) = (SELECT (run_id, path) FROM dw.files WHERE rowid = $1);
