-- What goes, by environment, as it is said and booked.
CREATE OR REPLACE TEMP TABLE prune_list AS
WITH runs AS (
  SELECT environment, count(DISTINCT run_id) FILTER (run_id IN (SELECT run_id FROM prune_runs)) AS runs, max(until_at) AS before_at FROM prunable GROUP BY environment
), sums AS (
  SELECT environment, sum(records)::BIGINT AS records, sum(rejects)::BIGINT AS rejects, sum(met)::BIGINT AS met, sum(undated)::BIGINT AS undated FROM prune_sums GROUP BY environment
)
SELECT r.environment, r.runs, r.before_at, s.records, s.rejects, s.met, s.undated
FROM runs r JOIN sums s ON s.environment IS NOT DISTINCT FROM r.environment
WHERE r.runs > 0;
