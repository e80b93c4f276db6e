-- Which records did run %[first] meet that another one had loaded, by their number in the table, and where? Looking for them by their ids in each query read the
-- ids of all that was ever stored twenty times. there: it is where the record itself says.
CREATE OR REPLACE TEMP TABLE %[view]_met AS
SELECT r.rowid AS place, s.file, s.row, s.byte_offset, s.byte_length, r.run_id AS loaded_by,
  coalesce(s.file, r.file) = r.file AND coalesce(s.row, r.row) = r.row
    AND coalesce(s.byte_offset, r.byte_offset) IS NOT DISTINCT FROM r.byte_offset AND coalesce(s.byte_length, r.byte_length) IS NOT DISTINCT FROM r.byte_length AS there
FROM dw.records r JOIN dw.sightings s USING (record_id)
WHERE s.run_id = %[first] AND r.run_id <> %[first];
