-- The names of the rows that can be saved again: part $1 of $2, since the places of one part have room in memory beside
-- the texts.
INSERT INTO %[1]s_retry_rows
SELECT x.rank, x.position, x.level, r.map_title, r.affected_key, coalesce(r.company, ''), x.records, x.last_queued
FROM %[1]s_retries x JOIN shown r USING (place)
WHERE x.place %% $2 = $1;
