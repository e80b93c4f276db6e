-- How many business records does a signature touch?
SELECT sig, count(DISTINCT affected_key) FROM scope WHERE outcome = 'error' GROUP BY sig ORDER BY sig;
