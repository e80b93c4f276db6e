-- What was found so far: sums per environment, and the runs whose reports lack records then.
CREATE OR REPLACE TEMP TABLE prune_sums (environment VARCHAR, records BIGINT, rejects BIGINT, met BIGINT, undated BIGINT);
CREATE OR REPLACE TEMP TABLE prune_runs (run_id BIGINT);
