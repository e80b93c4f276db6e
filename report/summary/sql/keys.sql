-- How many business records does a rule or code touch?
SELECT sig, count(DISTINCT hash(affected_key)) FROM scope WHERE outcome = 'error' AND status <> 'unknown' AND affected_key IS NOT NULL GROUP BY sig ORDER BY sig;
