-- What reports said of runs that have or met a record whose condition is put in: it is of verdicts that are no more. And changes that later
-- reports of the same environment told, maybe against these runs.
CREATE OR REPLACE TEMP TABLE untold AS
WITH judged AS (
  SELECT record_id, run_id FROM dw.records WHERE %s
)
SELECT run_id FROM judged
UNION
SELECT s.run_id FROM dw.sightings s WHERE s.record_id IN (SELECT record_id FROM judged);
DELETE FROM dw.fixes WHERE run_id IN (FROM untold);
DELETE FROM dw.incidents WHERE run_id IN (FROM untold);
DELETE FROM dw.changes
WHERE run_id IN (
  SELECT o.run_id FROM dw.runs o JOIN dw.runs r ON o.environment IS NOT DISTINCT FROM r.environment AND o.run_id >= r.run_id
  WHERE r.run_id IN (FROM untold)
);
