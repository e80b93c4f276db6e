-- How many findings have how many records? Of all, or of those that are listed ($1).
SELECT records, count(*)
FROM scope_groups
WHERE kept OR NOT $1
GROUP BY records
ORDER BY records;
