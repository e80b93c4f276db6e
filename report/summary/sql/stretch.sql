-- Which stretch of time holds the failing records, and how many records lie outside of it or have no time? Stretches are
-- parted by pauses of more than 7 days. Of several the one with most failing records is shown, then the one with most
-- records, then the latest. Days are counted first: there are few of them, whatever the number of records.
WITH days AS (
  SELECT epoch_us(occurred_at) // 86400000000 AS day, count(*) AS records, count(*) FILTER (outcome = 'error') AS failing,
    min(occurred_at) AS first, max(occurred_at) AS last
  FROM scope
  WHERE occurred_at IS NOT NULL
  GROUP BY day
), marked AS (
  SELECT *, coalesce(day > lag(day) OVER (ORDER BY day) + 7, true) AS begins FROM days
), numbered AS (
  SELECT *, sum(begins::BIGINT) OVER (ORDER BY day) AS stretch FROM marked
), stretches AS (
  SELECT sum(records)::BIGINT AS records, sum(failing)::BIGINT AS failing, min(first) AS first, max(last) AS last
  FROM numbered
  GROUP BY stretch
)
SELECT first, last,
  (SELECT sum(records)::BIGINT FROM days), (SELECT sum(failing)::BIGINT FROM days)
FROM stretches
ORDER BY failing DESC, records DESC, last DESC
LIMIT 1;
