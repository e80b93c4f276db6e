-- The entities of ok records with the key of a row that was looked up, with the hashes that stand for them.
WITH first AS (
  SELECT entity, min(place) AS place FROM %[1]s_ok GROUP BY entity
)
SELECT f.entity::VARCHAR, r.entity FROM first f JOIN shown r USING (place) ORDER BY ALL;
