-- The records that run %[first] is about: those it loaded, and those it met again, which are shown where it
-- met them and as of its environment: its report is about its own inputs, whoever had them first.
CREATE OR REPLACE TEMP VIEW %[view] AS
WITH met AS (
  SELECT * FROM shown WHERE run_id = %[first]
  UNION ALL
  SELECT r.* REPLACE (coalesce(s.file, r.file) AS file, coalesce(s.row, r.row) AS row,
    coalesce(s.byte_offset, r.byte_offset) AS byte_offset, coalesce(s.byte_length, r.byte_length) AS byte_length)
  FROM shown r JOIN dw.sightings s USING (record_id)
  WHERE s.run_id = %[first] AND r.run_id <> %[first]
)
SELECT met.*, u.environment
FROM met CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[first]) u;
