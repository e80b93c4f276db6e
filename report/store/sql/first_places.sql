-- As places, but of each finding only the first $2 records, $1 being the wrappers.
CREATE OR REPLACE TEMP TABLE places AS
WITH failing AS (
  SELECT place, file, row, byte_offset, byte_length, environment, record_id,
    finding_hash(map_title, map, dataverse_table, fno_entity, company, sig, CASE WHEN by_message(status, sig, $1) THEN coalesce(template_id, '') ELSE '' END) AS finding
  FROM %[1]s
  WHERE outcome = 'error'
), first AS (
  SELECT *
  FROM failing
  WHERE NOT $3 OR finding IN (SELECT finding FROM %[1]s_groups)
  QUALIFY row_number() OVER (PARTITION BY finding ORDER BY file, row, byte_offset, record_id) <= $2
)
SELECT place, file, row, byte_offset, byte_length, environment
FROM first
ORDER BY file, row;
