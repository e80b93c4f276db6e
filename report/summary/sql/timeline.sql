-- How many records fall into each stretch of $2 microseconds, from $1 on and before $3, by severity; which is null for
-- those that are ok, and empty for failing ones that no rule rates? And which is the first and the last one?
SELECT (epoch_us(occurred_at) - $1) // $2 AS bucket, CASE WHEN outcome = 'error' THEN coalesce(severity, '') END AS severity, count(*), min(occurred_at), max(occurred_at)
FROM scope
WHERE epoch_us(occurred_at) >= $1 AND epoch_us(occurred_at) < $3
GROUP BY ALL
ORDER BY bucket, severity;
