-- How many failing records did history prune take out: of any environment where $1, else of $2; of run $3, 0 of all; of hours that begin not before $4 and end not
-- behind $5, null for any? A row has the records of an hour, so the first and the last of them say whether all are meant.
SELECT coalesce(sum(p.records), 0)::BIGINT
FROM dw.pruned p JOIN dw.runs u USING (run_id)
WHERE p.signature IS NOT NULL AND ($1 OR u.environment IS NOT DISTINCT FROM $2) AND ($3 = 0 OR p.run_id = $3)
  AND ($4 IS NULL OR p.last_seen >= $4) AND ($5 IS NULL OR p.first_seen < $5);
