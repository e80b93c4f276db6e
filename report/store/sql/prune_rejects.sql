-- The rejects of old runs go with their excerpts.
INSERT INTO prune_sums
SELECT p.environment, 0, count(*), 0, 0 FROM dw.rejects JOIN prunable p USING (run_id) GROUP BY p.environment;
INSERT INTO prune_runs
SELECT DISTINCT run_id FROM dw.rejects JOIN prunable USING (run_id);
