-- The rows of the listed causes $1 (a blank between them) that most records look up, $2 of each; those that failed
-- themselves first.
WITH rows AS (
  SELECT b.cause, n.row, any_value(b.kind) AS kind, count(DISTINCT n.place) AS records, arg_min(n.place * 4 + n.n - 1, n.id) AS spot
  FROM scope_behind b JOIN scope_needs n USING (row)
  WHERE b.cause IN (SELECT unnest(string_split($1, ' '))::UBIGINT)
  GROUP BY b.cause, n.row
), first AS (
  SELECT * FROM rows QUALIFY row_number() OVER (PARTITION BY cause ORDER BY kind = 'window', records DESC, row) <= 1000
), texts AS (
  SELECT f.cause, f.kind, f.records, looked_up(r.captures)[f.spot % 4 + 1] AS missing, coalesce(r.company, '') AS company
  FROM first f JOIN shown r ON r.place = f.spot // 4
)
SELECT cause, missing.phrase, missing.parent, coalesce(missing.company, company) AS row_company, kind, records
FROM texts
QUALIFY row_number() OVER (PARTITION BY cause ORDER BY kind = 'window', records DESC, missing.phrase, row_company) <= $2
ORDER BY cause, kind = 'window', records DESC, missing.phrase, row_company;
