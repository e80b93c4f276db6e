-- Which records of the period did its runs (again) meet at a place before that of the record, or hold only because they met them?
-- The place is the first of all, in the order in which paths are read: equal exports give equal places, in whatever calls they came. Almost all
-- records have one place only, see insert_sightings.sql.
CREATE OR REPLACE TEMP TABLE %[view]_met AS
WITH sightings AS (
  SELECT record_id, file, row, byte_offset, byte_length FROM dw.sightings WHERE run_id IN (%[runs]) AND file IS NOT NULL
), copied AS (
  SELECT record_id FROM sightings GROUP BY record_id HAVING count(*) > 1
), met AS (
  SELECT * FROM sightings WHERE record_id NOT IN (SELECT record_id FROM copied)
  UNION ALL
  SELECT * FROM sightings WHERE record_id IN (SELECT record_id FROM copied)
  QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY replace(file, '/', chr(1)), file, row, byte_offset, byte_length) = 1
)
SELECT m.*, r.run_id AS loaded_by
FROM met m JOIN dw.records r USING (record_id)
WHERE r.occurred_at >= %[from] AND r.occurred_at < %[until] AND (r.run_id NOT IN (%[runs])
  OR (replace(m.file, '/', chr(1)), m.file, m.row, m.byte_offset, m.byte_length) < (replace(r.file, '/', chr(1)), r.file, r.row, r.byte_offset, r.byte_length));
