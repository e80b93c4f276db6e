-- The rows of part $1 of in_order: from its cut on and before the next one. A part that the sample has nothing of is empty.
WITH cut AS (
  SELECT (SELECT key FROM in_order_cuts WHERE part = $1::BIGINT) AS from_key, (SELECT min(key) FROM in_order_cuts WHERE part > $1::BIGINT) AS until_key
)
SELECT in_order.*
FROM in_order CROSS JOIN cut
WHERE CASE WHEN $1::BIGINT = 0 THEN true ELSE %[1]s >= from_key END AND (until_key IS NULL OR %[1]s < until_key)
ORDER BY %[2]s;
