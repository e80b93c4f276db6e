-- Which run of environment $1 is the first?
SELECT run_id FROM dw.runs WHERE coalesce(environment, '') = $1 ORDER BY run_id LIMIT 1;
