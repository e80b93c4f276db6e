-- Which error codes do the records of a signature carry?
SELECT sig, error_code, count(*) AS records
FROM scope
WHERE outcome = 'error' AND error_code IS NOT NULL
GROUP BY ALL
ORDER BY sig, records DESC, error_code;
