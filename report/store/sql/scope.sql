-- The records a run is about: those it loaded and those it met again. sig and map_title are what
-- findings are grouped by; both views below read the same way (%[1]s is the view, %[2]d the run).
CREATE OR REPLACE TEMP VIEW %[1]s AS
SELECT r.*, u.environment,
  coalesce(r.signature, 'unknown/' || r.template_id) AS sig,
  CASE
    WHEN r.map IS NOT NULL THEN r.map
    WHEN len(r.map_candidates) > 0 THEN array_to_string(r.map_candidates[1:3], ' or ') || CASE WHEN len(r.map_candidates) > 3 THEN ' or another' ELSE '' END
    WHEN r.dataverse_table IS NOT NULL THEN 'No map: ' || r.dataverse_table
    ELSE 'No map'
  END AS map_title,
  coalesce(r.category, CASE r.status WHEN 'code' THEN 'dataverse-code' ELSE 'unknown' END) AS cat
FROM dw.records r JOIN dw.runs u USING (run_id)
WHERE r.run_id = %[2]d
  OR r.record_id IN (SELECT s.record_id FROM dw.sightings s WHERE s.run_id = %[2]d);
