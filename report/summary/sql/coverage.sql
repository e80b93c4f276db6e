-- Which rules and codes matched, when, and how often did each one win? A rule that matched and did
-- not win was shadowed by the signature of the record.
WITH matched AS (
  SELECT unnest(CASE WHEN len(signatures) > 0 THEN signatures ELSE [signature] END) AS id, signature AS winner, occurred_at
  FROM dw.v_records
  WHERE outcome = 'error' AND signature IS NOT NULL
)
SELECT id, winner, count(*) AS records, min(occurred_at), max(occurred_at)
FROM matched
GROUP BY id, winner
ORDER BY id, records DESC, winner;
