-- The companies of the exported runs, as printed: 001 is not 1.
SELECT DISTINCT name_key(company) AS company_key, company
FROM (SELECT DISTINCT coalesce(company, company_named) AS company FROM dw.records WHERE run_id IN (%[runs]) UNION ALL SELECT NULL)
