-- The rows of a view that can be saved again: none so far. rank: of the last fix that they wait for.
CREATE OR REPLACE TEMP TABLE %[1]s_retries (place BIGINT, records BIGINT, rank BIGINT, last_queued TIMESTAMP);
CREATE OR REPLACE TEMP TABLE %[1]s_retry_rows (rank BIGINT, map_title VARCHAR, affected_key VARCHAR, company VARCHAR, records BIGINT, last_queued TIMESTAMP);
