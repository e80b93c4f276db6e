-- Which records of a run are those of an earlier run of another environment? An id is one record, wherever it is met.
WITH others AS (
  SELECT run_id, environment FROM dw.runs WHERE environment IS DISTINCT FROM (SELECT environment FROM dw.runs WHERE run_id = $1)
)
SELECT coalesce(o.environment, ''), count(*)
FROM dw.records r JOIN others o USING (run_id)
WHERE r.record_id IN (SELECT record_id FROM dw.sightings WHERE run_id = $1)
GROUP BY ALL
ORDER BY ALL;
