-- Of which of the signatures $3 (ids, one a line) lie failures outside of the timeline, before $1 or at $2 and later, how many, and which are the first and
-- the last one in it?
SELECT sig, count(*) FILTER (epoch_us(occurred_at) < $1 OR epoch_us(occurred_at) >= $2) AS outside,
  min(occurred_at) FILTER (epoch_us(occurred_at) >= $1 AND epoch_us(occurred_at) < $2),
  max(occurred_at) FILTER (epoch_us(occurred_at) >= $1 AND epoch_us(occurred_at) < $2)
FROM scope
WHERE outcome = 'error' AND occurred_at IS NOT NULL AND sig IN (SELECT unnest(string_split($3, chr(10))))
GROUP BY sig
HAVING outside > 0
ORDER BY sig;
