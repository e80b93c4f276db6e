-- The failing records of the environment of a report: of its runs, and those of other environments that one of its runs
-- met again.
CREATE OR REPLACE TEMP VIEW here AS
WITH of_environment AS (
  SELECT run_id FROM dw.runs WHERE environment IS NOT DISTINCT FROM (SELECT environment FROM dw.runs WHERE run_id = %[first])
)
SELECT place, record_id, run_id, log, occurred_at, sig, map_title, status, hash(template_id, map_title) AS wording
FROM shown
WHERE outcome = 'error' AND run_id IN (SELECT run_id FROM of_environment)
UNION ALL
SELECT DISTINCT place, record_id, r.run_id, log, occurred_at, sig, map_title, status, hash(template_id, map_title) AS wording
FROM shown r JOIN dw.sightings s USING (record_id)
WHERE outcome = 'error' AND s.run_id IN (SELECT run_id FROM of_environment) AND r.run_id NOT IN (SELECT run_id FROM of_environment);
