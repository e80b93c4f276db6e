-- The records of old runs in rows $1 to $2, and whether they go: those from before the last hour of their environment's old runs, unless a run that stays met them.
CREATE OR REPLACE TEMP TABLE going AS
WITH lines AS (
  SELECT environment, max(until_at) AS before_at FROM prunable GROUP BY environment
), old AS (
  SELECT r.rowid AS place, r.record_id, r.run_id, p.environment, coalesce(r.occurred_at < l.before_at, false) AS dated
  FROM dw.records r JOIN prunable p USING (run_id) JOIN lines l ON l.environment IS NOT DISTINCT FROM p.environment
  WHERE r.rowid >= $1 AND r.rowid < $2
), met AS (
  SELECT s.record_id, list_sort(list(DISTINCT s.run_id)) AS runs, bool_and(p.run_id IS NOT NULL) AS old
  FROM dw.sightings s LEFT JOIN prunable p USING (run_id)
  WHERE s.record_id IN (SELECT record_id FROM old)
  GROUP BY s.record_id
)
SELECT o.place, o.record_id, o.run_id, o.environment, o.dated, list_filter(coalesce(m.runs, []::BIGINT[]), lambda run: run <> o.run_id) AS met_by,
  coalesce(m.old, true) AS alone, dated AND alone AS goes
FROM old o LEFT JOIN met m USING (record_id);
