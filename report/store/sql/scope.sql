-- The records a run is about: those it loaded, and those it met again, which are shown where it met
-- them and as of its environment: its report is about its own inputs, whoever had them first. sig and
-- map_title are what findings are grouped by (%[1]s is the view, %[2]d the run).
CREATE OR REPLACE TEMP VIEW %[1]s AS
WITH met AS (
  SELECT r.* FROM dw.records r WHERE r.run_id = %[2]d
  UNION ALL
  SELECT r.* REPLACE (coalesce(s.file, r.file) AS file, coalesce(s.row, r.row) AS row,
    coalesce(s.byte_offset, r.byte_offset) AS byte_offset, coalesce(s.byte_length, r.byte_length) AS byte_length)
  FROM dw.records r JOIN dw.sightings s USING (record_id)
  WHERE s.run_id = %[2]d AND r.run_id <> %[2]d
)
SELECT r.* REPLACE (coalesce(r.company, r.company_named) AS company), u.environment,
  coalesce(r.signature, 'unknown/' || r.template_id) AS sig,
  CASE
    WHEN r.map IS NOT NULL THEN r.map
    WHEN len(r.map_candidates) > 0 THEN array_to_string(r.map_candidates[1:3], ' or ') || CASE WHEN len(r.map_candidates) > 3 THEN ' or another' ELSE '' END
    WHEN r.dataverse_table IS NOT NULL THEN 'No map: ' || r.dataverse_table
    ELSE 'No map'
  END AS map_title,
  coalesce(r.category, CASE r.status WHEN 'code' THEN 'dataverse-code' ELSE 'unknown' END) AS cat
FROM met r CROSS JOIN (SELECT environment FROM dw.runs WHERE run_id = %[2]d) u;
