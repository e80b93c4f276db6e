-- The records that run %[first] is about: those it loaded, and those it met again, which are shown where it
-- met them and as of its environment: its report is about its own inputs, whoever had them first. The places of these are
-- named as numbers, as what DuckDB finds out of a join leaves no part of the table unread.
CREATE OR REPLACE TEMP VIEW %[view] AS
WITH met AS (
  SELECT * FROM shown WHERE run_id = %[first]
  UNION ALL
  SELECT r.* REPLACE (coalesce(m.file, r.file) AS file, coalesce(m.row, r.row) AS row,
    coalesce(m.byte_offset, r.byte_offset) AS byte_offset, coalesce(m.byte_length, r.byte_length) AS byte_length)
  FROM shown r JOIN %[view]_met m USING (place)
  WHERE r.place BETWEEN %[lowest] AND %[highest]
)
SELECT met.*, u.environment
FROM met CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[first]) u;
