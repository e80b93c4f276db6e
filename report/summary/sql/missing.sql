-- The missing rows that most records wait for, $1 of each of the parents $2, one a line, and how many there are. Records that name no company where several lack the key
-- wait for one of their rows, and are counted beside each. Rows were counted by hashes
-- and are looked up in one of their records; among more than a thousand that are waited for equally often the first of
-- the alphabet are not looked for.
WITH asked AS (
  SELECT hash(unnest(string_split($2, chr(10)))) AS parent
), totals AS (
  SELECT parent, count(*) FILTER (NOT apart) AS total FROM scope_missing SEMI JOIN asked USING (parent) GROUP BY parent
), candidates AS (
  SELECT m.*, coalesce(a.records, 0) AS unplaced
  FROM scope_missing m SEMI JOIN asked p ON p.parent = m.parent LEFT JOIN scope_missing a ON a.apart AND a.parent = m.parent AND a.key = m.key
  WHERE NOT m.apart
  QUALIFY row_number() OVER (PARTITION BY m.parent ORDER BY m.records DESC, m.key, m.company) <= 1000
), texts AS (
  SELECT c.parent AS parent_hash, c.records, c.unplaced, c.first_seen, c.last_seen, t.total, r.record_id::VARCHAR AS record_id,
    looked_up(r.captures)[c.spot % 4 + 1] AS row, coalesce(r.company, '') AS company
  FROM candidates c JOIN totals t USING (parent) JOIN shown r ON r.place = c.spot // 4
)
SELECT row.parent, row.phrase, coalesce(row.key_column, ''), coalesce(row.called, ''), row.key, coalesce(row.company, company) AS row_company, records, unplaced, first_seen, last_seen, record_id, total
FROM texts
QUALIFY row_number() OVER (PARTITION BY parent_hash ORDER BY records DESC, row.phrase, row_company) <= $1
ORDER BY row.parent, records DESC, row.phrase, row_company;
