-- Of which categories are the failing records of dual-write with a map and a time, and which HTTP status do they print?
SELECT cat, lower(coalesce(captures['http_status'], '')) AS status
FROM scope
WHERE outcome = 'error' AND log = 'dualwrite' AND map IS NOT NULL AND occurred_at IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
