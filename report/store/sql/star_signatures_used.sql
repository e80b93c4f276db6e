-- Which signatures do the exported runs have?
SELECT DISTINCT signature FROM dw.records WHERE run_id IN (%[runs]) AND signature IS NOT NULL ORDER BY signature
