-- How many records that run $1, or the runs of a period of which it is one, met were loaded for another environment, and for which?
SELECT coalesce(r.environment, ''), count(*)
FROM scope_met m JOIN dw.runs r ON r.run_id = m.loaded_by
WHERE r.environment IS DISTINCT FROM (SELECT environment FROM dw.runs WHERE run_id = $1)
GROUP BY ALL
ORDER BY ALL;
