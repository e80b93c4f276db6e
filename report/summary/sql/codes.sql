-- Which error codes do the records of a rule or code carry?
SELECT sig, error_code, count(*) AS records
FROM scope
WHERE outcome = 'error' AND status <> 'unknown' AND error_code IS NOT NULL
GROUP BY ALL
ORDER BY sig, records DESC, error_code;
