-- Every row that can be saved again, a row of retry.csv: by the fix that it waits for, then maps in the order $1, one a
-- line.
WITH ranks AS (
  SELECT unnest(string_split($1, chr(10))) AS title, generate_subscripts(string_split($1, chr(10)), 1) AS position
), texts AS (
  SELECT x.rank, coalesce(k.position, 0) AS position, r.map_title, r.affected_key, coalesce(r.company, '') AS company, x.records, x.last_queued + INTERVAL 1 DAY AS purged_by
  FROM scope_retries x JOIN shown r USING (place) LEFT JOIN ranks k ON k.title = r.map_title
)
SELECT map_title, affected_key, company, records, rank, purged_by
FROM texts
ORDER BY rank, position, map_title, affected_key, company;
