-- The records of the files of earlier runs in again, where they stand in them.
INSERT INTO spool.main.sightings
WITH f AS (SELECT f.run_id, f.path AS file FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number)
SELECT record_id, file, row, byte_offset, byte_length FROM dw.records JOIN f USING (run_id, file)
UNION ALL
SELECT record_id, file, row, byte_offset, byte_length FROM dw.sightings JOIN f USING (run_id, file);
