-- As places, but of each finding only the first $1 records; of all findings, or of those that are listed ($2).
CREATE OR REPLACE TEMP TABLE places AS
WITH first AS (
  SELECT place, file, row, byte_offset, byte_length, environment
  FROM %[1]s JOIN %[1]s_failing f USING (place)
  WHERE NOT $2 OR finding IN (SELECT finding FROM %[1]s_groups)
  QUALIFY row_number() OVER (PARTITION BY finding ORDER BY file, row, byte_offset, record_id) <= $1
)
SELECT *
FROM first
ORDER BY file, row;
