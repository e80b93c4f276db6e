-- The names of the first missing rows, $1 of each of the parents $2, one a line: one key in several companies is one name. They are in the order of their first rows in missing.sql,
-- and looked up in one of their records; among more than 64 that are waited for equally often the first of the alphabet are not looked for.
WITH asked AS (
  SELECT hash(unnest(string_split($2, chr(10)))) AS parent
), keys AS (
  SELECT parent, key, max(records) AS records, arg_min(spot, id) AS spot
  FROM scope_missing SEMI JOIN asked USING (parent)
  WHERE NOT apart
  GROUP BY parent, key
), first AS (
  FROM keys QUALIFY row_number() OVER (PARTITION BY parent ORDER BY records DESC, key) <= 64
), texts AS (
  SELECT f.parent AS parent_hash, f.records, looked_up(r.captures)[f.spot % 4 + 1] AS row
  FROM first f JOIN shown r ON r.place = f.spot // 4
), names AS (
  SELECT parent_hash, row.parent AS parent, row.phrase AS phrase, max(records) AS records, min(coalesce(row.key_column, '')) AS key_column FROM texts GROUP BY ALL
)
SELECT parent, phrase, key_column
FROM names
QUALIFY row_number() OVER (PARTITION BY parent_hash ORDER BY records DESC, phrase) <= $1
ORDER BY parent, records DESC, phrase;
