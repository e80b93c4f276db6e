-- Which stretches of hours does each run cover, of either log and of any file of it?
SELECT run_id, from_at, until_at, records
FROM dw.v_coverage
ORDER BY ALL;
