-- Which signatures do the exported runs have, and with which severities?
SELECT signature, list(DISTINCT severity ORDER BY severity) FILTER (severity IS NOT NULL)
FROM dw.records WHERE run_id IN (%[runs]) AND signature IS NOT NULL
GROUP BY signature ORDER BY signature
