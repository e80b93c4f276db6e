-- What run $1 met, where it did.
INSERT INTO spool.main.met
SELECT record_id, file, row, byte_offset, byte_length FROM dw.sightings WHERE run_id = $1;
