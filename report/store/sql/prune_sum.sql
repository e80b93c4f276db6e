-- What these rows add to the sums.
INSERT INTO prune_sums
SELECT environment, count(*) FILTER (goes), 0, count(*) FILTER (dated AND NOT alone), count(*) FILTER (NOT dated) FROM going GROUP BY environment;
INSERT INTO prune_runs
SELECT run_id FROM going WHERE goes
UNION SELECT unnest(met_by) FROM going WHERE goes;
