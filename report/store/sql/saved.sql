-- What ok records of a view say of its failing ones. Only those of dual-write are asked: they say that a row was written, an ok trace only that a plug-in
-- ran on it. What comes in is what sql/lookups.sql makes.

-- The failing records whose own row (of the same entity, key and company, as sql/no_saved.sql compares them) an ok record saved later, and when the first one did.
CREATE OR REPLACE TEMP TABLE %[1]s_saved AS
WITH failed AS (
  SELECT place, hash(entity, same_key(coalesce(affected_key, row_key(record_key, company))), row_company(company)) AS row, occurred_at
  FROM %[1]s
  WHERE outcome = 'error' AND log = 'dualwrite' AND entity IS NOT NULL AND coalesce(affected_key, record_key) IS NOT NULL AND occurred_at IS NOT NULL
), ok AS (
  SELECT DISTINCT hash(entity, same_key(row_key(record_key, company)), row_company(company)) AS row, occurred_at
  FROM %[1]s
  WHERE outcome = 'ok' AND log = 'dualwrite' AND entity IS NOT NULL AND record_key IS NOT NULL AND occurred_at IS NOT NULL
    AND hash(entity, same_key(row_key(record_key, company)), row_company(company)) IN (SELECT row FROM failed)
)
SELECT f.place, ok.occurred_at AS since FROM failed f ASOF JOIN ok ON ok.row = f.row AND f.occurred_at < ok.occurred_at;

-- The ok records with the key of a row that was looked up.
CREATE OR REPLACE TEMP TABLE %[1]s_ok AS
WITH parted AS (
  SELECT place, hash(entity) AS entity, row_company(company) AS company, occurred_at, same_key(row_key(record_key, company)) AS key
  FROM %[1]s
  WHERE outcome = 'ok' AND log = 'dualwrite' AND entity IS NOT NULL AND record_key IS NOT NULL AND occurred_at IS NOT NULL
)
SELECT entity, hash(key) AS key, hash(company) AS company, company <> '' AS has_company, occurred_at, min(place) AS place
FROM parted
WHERE hash(key) IN (SELECT key FROM %[1]s_lookups)
GROUP BY ALL;
