-- Every row that can be saved again, a row of retry.csv: by the fix that it waits for, then by maps in the order of their dependencies, and of one map
-- those first that others wait for.
SELECT map_title, affected_key, company, records, rank, level, last_queued + INTERVAL 1 DAY
FROM scope_retry_rows
ORDER BY rank, position, level, map_title, affected_key, company;
