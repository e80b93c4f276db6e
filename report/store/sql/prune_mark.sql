-- Which runs lack something, since $1?
UPDATE dw.runs SET pruned_at = $1 WHERE run_id IN (SELECT run_id FROM prune_runs);
