-- The names of the rows that can be saved again, of those at places from $1 to $2: the places of one part have room in memory beside the texts, and texts of
-- other places are not read.
INSERT INTO %[1]s_retry_rows
SELECT x.rank, x.position, x.level, r.map_title, r.affected_key, coalesce(r.company, ''), x.records, x.last_queued
FROM %[1]s_retries x JOIN shown r USING (place)
WHERE x.place BETWEEN $1 AND $2 AND r.place BETWEEN $1 AND $2;
