-- How many business records does a rule or code touch?
SELECT sig, count(DISTINCT affected_key) FROM scope WHERE outcome = 'error' AND status <> 'unknown' GROUP BY sig ORDER BY sig;
