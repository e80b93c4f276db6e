-- How many records fall into each stretch of $2 microseconds, from $1 on and before $3, by severity; which is null for
-- those that are ok, and empty for failing ones that no rule rates?
SELECT (epoch_us(occurred_at) - $1) // $2 AS bucket, CASE WHEN outcome = 'error' THEN coalesce(severity, '') END AS severity, count(*)
FROM scope
WHERE epoch_us(occurred_at) >= $1 AND epoch_us(occurred_at) < $3
GROUP BY ALL
ORDER BY ALL;
