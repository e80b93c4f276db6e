-- Which time does run $1 cover, of which log? Ranges of full hours.
SELECT DISTINCT log, from_at, until_at
FROM dw.coverage
WHERE run_id = $1
ORDER BY ALL;
