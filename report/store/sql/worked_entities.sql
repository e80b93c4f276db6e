-- The entities of ok records of dual-write, with the hashes that stand for them.
WITH first AS (
  SELECT hash(entity) AS entity, min(place) AS place
  FROM %[1]s
  WHERE outcome = 'ok' AND log = 'dualwrite' AND record_key IS NOT NULL AND entity IS NOT NULL
  GROUP BY hash(entity)
)
SELECT f.entity::VARCHAR, r.entity FROM first f JOIN shown r USING (place) ORDER BY ALL;
