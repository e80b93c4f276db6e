-- How many findings have how many records? Of all, or of those that are listed ($1).
SELECT records, count(*)
FROM scope_sums
WHERE NOT $1 OR finding IN (SELECT finding FROM scope_groups)
GROUP BY records
ORDER BY records;
