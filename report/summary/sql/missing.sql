-- Which rows of a parent are missing? The four that most records wait for, of which three are shown, and
-- how many there are: the same key in two companies is two rows; a
-- record without a company names no further one.
WITH lookups AS (
  SELECT sig, coalesce(company, '') AS company, unnest([
    {parent: coalesce(captures['lookup_map'], captures['table']), row: captures['lookup'], key: captures['lookup_key']},
    {parent: captures['lookup_map_2'], row: captures['lookup_2'], key: captures['lookup_key_2']},
    {parent: captures['lookup_map_3'], row: captures['lookup_3'], key: captures['lookup_key_3']},
    {parent: captures['lookup_map_4'], row: captures['lookup_4'], key: captures['lookup_key_4']}]) AS named
  FROM scope
  WHERE outcome = 'error' AND cat = $1
), missing AS (
  SELECT sig, named.parent AS parent, named.row AS row, max(named.key) AS key, count(*) AS records, greatest(count(DISTINCT nullif(company, '')), 1) AS companies
  FROM lookups
  WHERE named.parent IS NOT NULL AND named.row IS NOT NULL
  GROUP BY ALL
)
SELECT sig, parent, row, coalesce(key, ''), sum(companies) OVER (PARTITION BY sig, parent)
FROM missing
QUALIFY row_number() OVER (PARTITION BY sig, parent ORDER BY records DESC, row) <= 4
ORDER BY sig, parent, records DESC, row;
