-- The records that happened in a period and that its runs hold, those they loaded and those they met again, each once and at the
-- first of its places.
CREATE OR REPLACE TEMP VIEW %[view] AS
SELECT r.* REPLACE (coalesce(m.file, r.file) AS file, coalesce(m.row, r.row) AS row,
  coalesce(m.byte_offset, r.byte_offset) AS byte_offset, coalesce(m.byte_length, r.byte_length) AS byte_length), u.environment
FROM shown r LEFT JOIN %[view]_met m USING (record_id) CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[first]) u
WHERE r.occurred_at >= %[from] AND r.occurred_at < %[until] AND (r.run_id IN (%[runs]) OR m.record_id IS NOT NULL);
