-- Where do the records go that run $1 has from file $2, when that file is forgotten? To another file in which the run met them, else to the first
-- other run that did, with the place where it met them. A half of a record that is whole here gets none of the rest; of one that is a half here, too, there is none.
CREATE OR REPLACE TEMP TABLE heirs AS
WITH halves AS (
  SELECT record_id FROM dw.records SEMI JOIN dw.cuts USING (run_id, record_id, file, row) WHERE run_id = $1 AND file = $2
), met AS (
  SELECT s.*, c.record_id IS NOT NULL AS cut
  FROM dw.sightings s LEFT JOIN (SELECT DISTINCT run_id, record_id, file, row FROM dw.cuts) c USING (run_id, record_id, file, row)
  WHERE record_id IN (SELECT record_id FROM dw.records WHERE run_id = $1 AND file = $2) AND (run_id <> $1 OR file <> $2)
), places AS (
  SELECT * EXCLUDE (cut) FROM met WHERE NOT cut OR record_id IN (SELECT record_id FROM halves)
  QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY run_id <> $1, run_id) = 1
)
SELECT s.*, (u.rules_digest, u.tool_version, u.judging) IS DISTINCT FROM (g.rules_digest, g.tool_version, g.judging) AS other_rules
FROM places s JOIN dw.runs u USING (run_id), (FROM dw.runs WHERE run_id = $1) g;
