-- Which rows of a parent are missing for the signatures $1, one a line? The four that most records wait for, of which three are shown, and
-- how many there are: the same key in two companies is two rows; a
-- record without a company names no further one. Rows are counted by hashes and looked up in one of their records;
-- among more than a thousand that are waited for equally often the first of the alphabet are not looked for.
WITH lookups AS (
  SELECT coalesce(company, '') AS company, place, record_id, unnest([
    {n: 0, parent: coalesce(captures['lookup_map'], captures['table']), row: captures['lookup']},
    {n: 1, parent: captures['lookup_map_2'], row: captures['lookup_2']},
    {n: 2, parent: captures['lookup_map_3'], row: captures['lookup_3']},
    {n: 3, parent: captures['lookup_map_4'], row: captures['lookup_4']}]) AS named
  FROM scope
  WHERE outcome = 'error' AND signature IN (SELECT unnest(string_split($1, chr(10))))
), per_company AS (
  SELECT hash(named.parent) AS parent, hash(named.row) AS row, hash(company) AS company, company <> '' AS has_company,
    count(*) AS records, arg_min(place * 4 + named.n, record_id) AS spot, min(record_id) AS record_id
  FROM lookups
  WHERE named.parent IS NOT NULL AND named.row IS NOT NULL
  GROUP BY ALL
), missing AS (
  SELECT parent, row, sum(records) AS records, greatest(count(*) FILTER (has_company), 1) AS companies, arg_min(spot, record_id) AS spot
  FROM per_company
  GROUP BY parent, row
), totals AS (
  SELECT parent, sum(companies)::BIGINT AS total FROM missing GROUP BY parent
), candidates AS (
  SELECT * FROM missing QUALIFY row_number() OVER (PARTITION BY parent ORDER BY records DESC, row) <= 1000
), texts AS (
  SELECT c.parent AS parent_hash, c.records, t.total,
    CASE c.spot % 4 WHEN 0 THEN coalesce(r.captures['lookup_map'], r.captures['table']) WHEN 1 THEN r.captures['lookup_map_2'] WHEN 2 THEN r.captures['lookup_map_3'] ELSE r.captures['lookup_map_4'] END AS parent,
    CASE c.spot % 4 WHEN 0 THEN r.captures['lookup'] WHEN 1 THEN r.captures['lookup_2'] WHEN 2 THEN r.captures['lookup_3'] ELSE r.captures['lookup_4'] END AS row,
    CASE c.spot % 4 WHEN 0 THEN r.captures['lookup_key'] WHEN 1 THEN r.captures['lookup_key_2'] WHEN 2 THEN r.captures['lookup_key_3'] ELSE r.captures['lookup_key_4'] END AS key
  FROM candidates c JOIN totals t USING (parent) JOIN shown r ON r.place = c.spot // 4
)
SELECT parent, row, coalesce(key, ''), total
FROM texts
QUALIFY row_number() OVER (PARTITION BY parent_hash ORDER BY records DESC, row) <= 4
ORDER BY parent, records DESC, row;
