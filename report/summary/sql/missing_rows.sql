-- Every missing row, a row of missing.csv, in no order; rank is that of its parent in $1, one a line; those of other parents come last. Records that name no company where several lack the key are counted beside each of their rows.
WITH ranks AS (
  SELECT hash(title) AS parent, rank
  FROM (SELECT unnest(string_split($1, chr(10))) AS title, generate_subscripts(string_split($1, chr(10)), 1) AS rank)
), texts AS (
  SELECT coalesce(k.rank, len(string_split($1, chr(10))) + 1) AS rank, c.records, coalesce(a.records, 0) AS unplaced, c.first_seen, c.last_seen, r.record_id::VARCHAR AS record_id,
    looked_up(r.captures)[c.spot % 4 + 1] AS row, coalesce(r.company, '') AS company
  FROM scope_missing c LEFT JOIN ranks k USING (parent) JOIN shown r ON r.place = c.spot // 4
    LEFT JOIN scope_missing a ON a.apart AND a.parent = c.parent AND a.key = c.key
  WHERE NOT c.apart
)
SELECT row.parent AS parent, row.phrase AS phrase, coalesce(row.key_column, '') AS key_column, coalesce(row.called, '') AS called, row.key AS key,
  coalesce(row.company, company) AS company, records, unplaced, first_seen, last_seen, record_id, rank
FROM texts;
