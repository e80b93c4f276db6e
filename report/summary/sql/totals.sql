-- How many records is the report about, and how many of the failing ones did its runs not load themselves?
SELECT count(*), count(*) FILTER (outcome = 'error'), count(*) FILTER (outcome = 'ok'), count(*) FILTER (status = 'unknown'),
  count(*) FILTER (outcome = 'error' AND run_id NOT IN (%[runs])),
  (SELECT count(DISTINCT title_hash) FROM scope_sums)
FROM scope;
