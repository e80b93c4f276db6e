-- The environments of the exported runs.
SELECT DISTINCT name_key(environment) AS environment_key, environment
FROM (SELECT environment FROM dw.runs WHERE run_id IN (%[runs]) UNION ALL SELECT NULL)
