-- Every row that can be saved again, a row of retry.csv: by the fix that it waits for, then maps in the order $1, one a
-- line.
WITH ranks AS (
  SELECT unnest(string_split($1, chr(10))) AS title, generate_subscripts(string_split($1, chr(10)), 1) AS position
)
SELECT x.map_title, affected_key, company, records, rank, last_queued + INTERVAL 1 DAY
FROM scope_retry_rows x LEFT JOIN ranks k ON k.title = x.map_title
ORDER BY rank, coalesce(k.position, 0), x.map_title, affected_key, company;
