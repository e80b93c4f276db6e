-- The failing records of an environment, that of run %[first]: of its runs, and those of other environments that one of its runs
-- met again.
CREATE OR REPLACE TEMP VIEW %[view] AS
WITH of_environment AS (
  SELECT run_id FROM dw.runs WHERE environment IS NOT DISTINCT FROM (SELECT environment FROM dw.runs WHERE run_id = %[first])
)
SELECT place, record_id, run_id, judgement_id, log, occurred_at, sig, map_title, status, hash(template_id, map_title) AS wording, place_of_change(sig, wording, map_title) AS place_of_change, place_of_change AS own_place, name_of_change(sig, template_id) AS name_hash
FROM shown
WHERE outcome = 'error' AND run_id IN (SELECT run_id FROM of_environment)
UNION ALL
SELECT DISTINCT place, record_id, r.run_id, judgement_id, log, occurred_at, sig, map_title, status, hash(template_id, map_title) AS wording, place_of_change(sig, wording, map_title) AS place_of_change, place_of_change AS own_place, name_of_change(sig, template_id) AS name_hash
FROM shown r JOIN dw.sightings s USING (record_id)
WHERE outcome = 'error' AND s.run_id IN (SELECT run_id FROM of_environment) AND r.run_id NOT IN (SELECT run_id FROM of_environment);

-- What a place below 0 stands for, rows of counts, as shown says it of others.
CREATE OR REPLACE TEMP VIEW shown_pruned AS
SELECT -1 - p.rowid AS place, p.* REPLACE (coalesce(t.cluster_id, p.template_id) AS template_id),
  CASE WHEN p.status = 'unknown' THEN 'unknown/' || coalesce(t.cluster_id, p.template_id) ELSE p.signature END AS sig
FROM dw.pruned p LEFT JOIN dw.clusters t ON t.template_id = p.template_id;

-- What is left of those that were pruned.
CREATE OR REPLACE TEMP VIEW %[view]_pruned AS
WITH of_environment AS (
  SELECT list(run_id) AS runs FROM dw.runs WHERE environment IS NOT DISTINCT FROM (SELECT environment FROM dw.runs WHERE run_id = %[first])
)
SELECT place, run_id, log, hour AS occurred_at, first_seen, last_seen, sig, map_title, status, hash(template_id, map_title) AS wording, place_of_change(sig, wording, map_title) AS place_of_change, place_of_change AS own_place, name_of_change(sig, template_id) AS name_hash, records
FROM shown_pruned, of_environment o
WHERE sig IS NOT NULL AND (list_contains(o.runs, run_id) OR list_has_any(o.runs, met_by));
