-- The rows that the failing records of a view look up and do not find, one row per record and missing row, in numbers
-- only, so that any number of them can be put on disk. $1 are the signatures that say so, one a line. A parent is the
-- map that brings the row, or the table that was looked up where no map does; texts are looked up at the place, where
-- the row is look-up n (1 to 4). Two look-ups of one record may be for the same row, which counts once. any_case: the company,
-- in capitals or not, as row_company of sql/no_saved.sql has it. blind: the record also looks something up for which there is no name.
CREATE OR REPLACE TEMP TABLE %[1]s_lookups AS
WITH named AS (
  SELECT place, hash(record_id) AS id, occurred_at, coalesce(company, '') AS company,
    list_transform(looked_up(captures), x -> {parent: x.parent, key: same_key(x.key), company: x.company}) AS rows
  FROM %[1]s
  WHERE outcome = 'error' AND signature IN (SELECT unnest(string_split($1, chr(10))))
), apart AS (
  SELECT *, unnest(rows) AS row, generate_subscripts(rows, 1) AS n FROM named
)
SELECT place, n::UTINYINT AS n, hash(row.parent) AS parent, hash(row.key) AS key, hash(coalesce(row.company, company)) AS company,
  hash(lower(trim(coalesce(row.company, company)))) AS any_case, coalesce(row.company, company) <> '' AS has_company,
  occurred_at, id, len(list_filter(rows, x -> x.parent = '')) > 0 AS blind
FROM apart
WHERE row.parent <> '' AND list_position(rows, row) = n;
