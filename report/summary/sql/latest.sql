-- Which run is the latest that has records, of environment $1 where $2?
SELECT run_id FROM dw.runs WHERE scope_records > 0 AND pruned_at IS NULL AND (NOT $2 OR coalesce(environment, '') = $1) ORDER BY run_id DESC LIMIT 1;
