-- What ok records of a view say of its failing ones. Only those of dual-write are asked: they say that a row was written, an ok trace only that a plug-in
-- ran on it. What comes in is what sql/lookups.sql makes.

-- The failing records whose own row (of the same entity, key and company) an ok record saved later, and when the first one did.
CREATE OR REPLACE TEMP TABLE %[1]s_saved AS
WITH failed AS (
  SELECT place, hash(entity, record_key, coalesce(company, '')) AS row, occurred_at
  FROM %[1]s
  WHERE outcome = 'error' AND log = 'dualwrite' AND entity IS NOT NULL AND record_key IS NOT NULL AND occurred_at IS NOT NULL
), ok AS (
  SELECT DISTINCT hash(entity, record_key, coalesce(company, '')) AS row, occurred_at
  FROM %[1]s
  WHERE outcome = 'ok' AND log = 'dualwrite' AND entity IS NOT NULL AND record_key IS NOT NULL AND occurred_at IS NOT NULL
    AND hash(entity, record_key, coalesce(company, '')) IN (SELECT row FROM failed)
)
SELECT f.place, ok.occurred_at AS since FROM failed f ASOF JOIN ok ON ok.row = f.row AND f.occurred_at < ok.occurred_at;

-- The ok records with the key of a row that was looked up. A key that is printed beside the company is that of the row.
CREATE OR REPLACE TEMP TABLE %[1]s_ok AS
WITH named AS (
  SELECT place, hash(entity) AS entity, coalesce(company, '') AS company, occurred_at,
    array_to_string(list_filter(list_transform(string_split(replace(record_key, '|', ','), ','), x -> trim(x)), x -> x <> '' AND lower(x) <> lower(coalesce(company, ''))), ', ') AS key
  FROM %[1]s
  WHERE outcome = 'ok' AND log = 'dualwrite' AND entity IS NOT NULL AND record_key IS NOT NULL AND occurred_at IS NOT NULL
)
SELECT entity, hash(key) AS key, hash(company) AS company, company <> '' AS has_company, occurred_at, min(place) AS place
FROM named
WHERE hash(key) IN (SELECT key FROM %[1]s_lookups)
GROUP BY ALL;
