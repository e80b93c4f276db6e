-- Which time do the runs of the report cover, of which log? Ranges of full hours.
SELECT DISTINCT log, from_at, until_at
FROM dw.coverage
WHERE run_id IN (%[runs])
ORDER BY ALL;
