-- To which run do the records of run $1 go when it is forgotten? To the first one that met them again,
-- with the place where it met them; one that met a half of them alone has none of the rest.
CREATE OR REPLACE TEMP TABLE heirs AS
WITH next AS (
  SELECT record_id, min(run_id) AS run_id
  FROM dw.sightings ANTI JOIN dw.cuts USING (run_id, record_id, file, row)
  WHERE run_id <> $1 AND record_id IN (SELECT record_id FROM dw.records WHERE run_id = $1)
  GROUP BY record_id
)
SELECT s.*, (u.rules_digest, u.tool_version) IS DISTINCT FROM (g.rules_digest, g.tool_version) AS other_rules
FROM dw.sightings s JOIN next USING (record_id, run_id) JOIN dw.runs u USING (run_id), (FROM dw.runs WHERE run_id = $1) g;
