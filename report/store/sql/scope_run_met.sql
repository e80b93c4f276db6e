-- Which records did run %[first] meet that another one had loaded, by their number in the table, and where? Looking for them by their ids in each query read the
-- ids of all that was ever stored twenty times.
CREATE OR REPLACE TEMP TABLE %[view]_met AS
SELECT r.rowid AS place, s.file, s.row, s.byte_offset, s.byte_length
FROM dw.records r JOIN dw.sightings s USING (record_id)
WHERE s.run_id = %[first] AND r.run_id <> %[first];
