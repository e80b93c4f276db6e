-- The rows of a view that can be saved again: none so far. row is a hash of what they are named by; rank that of the last fix that they wait for,
-- position the place of the map among those in the order of their dependencies, level how many rows of the same fix and map wait in turn
-- until they can be saved.
CREATE OR REPLACE TEMP TABLE %[1]s_retries (row UBIGINT, place BIGINT, records BIGINT, rank BIGINT, position BIGINT, level BIGINT, last_queued TIMESTAMP);
CREATE OR REPLACE TEMP TABLE %[1]s_retry_records (place BIGINT, row UBIGINT, named BOOLEAN, sig UBIGINT, position BIGINT, queued TIMESTAMP);
CREATE OR REPLACE TEMP TABLE %[1]s_retry_rows (
  rank BIGINT, position BIGINT, level BIGINT, map_title VARCHAR, affected_key VARCHAR, company VARCHAR, records BIGINT, last_queued TIMESTAMP
);
