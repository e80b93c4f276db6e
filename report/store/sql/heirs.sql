-- To which run do the records of run $1 go when it is forgotten? To the first one that met them again,
-- with the place where it met them; one that met a half of them alone has none of the rest, and of a record that is itself
-- no more than a half there is none.
CREATE OR REPLACE TEMP TABLE heirs AS
WITH halves AS (
  SELECT record_id FROM dw.records SEMI JOIN dw.cuts USING (run_id, record_id, file, row) WHERE run_id = $1
), met AS (
  SELECT s.*, c.record_id IS NOT NULL AS cut
  FROM dw.sightings s LEFT JOIN (SELECT DISTINCT run_id, record_id, file, row FROM dw.cuts) c USING (run_id, record_id, file, row)
  WHERE run_id <> $1 AND record_id IN (SELECT record_id FROM dw.records WHERE run_id = $1)
), next AS (
  SELECT record_id, min(run_id) AS run_id
  FROM met WHERE NOT cut OR record_id IN (SELECT record_id FROM halves)
  GROUP BY record_id
)
SELECT s.* EXCLUDE (cut), (u.rules_digest, u.tool_version, u.judging) IS DISTINCT FROM (g.rules_digest, g.tool_version, g.judging) AS other_rules
FROM met s JOIN next USING (record_id, run_id) JOIN dw.runs u USING (run_id), (FROM dw.runs WHERE run_id = $1) g;
