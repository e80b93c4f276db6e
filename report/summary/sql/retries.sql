-- Every row that can be saved again, a row of retry.csv, in no order. position is that of its map in the order of their dependencies, level how many rows of the plan it waits behind.
SELECT map_title, affected_key, company, records, rank, position, level, last_queued + INTERVAL 1 DAY AS purged_by
FROM scope_retry_rows;
