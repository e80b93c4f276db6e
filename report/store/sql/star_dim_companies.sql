-- The companies of the exported runs, as printed, ids in capitals: 001 is not 1.
SELECT DISTINCT name_key(company) AS company_key, company
FROM (SELECT DISTINCT CASE WHEN length(company) <= 4 THEN upper(company) ELSE coalesce(company, company_named) END AS company FROM dw.records WHERE run_id IN (%[runs]) UNION ALL SELECT NULL)
