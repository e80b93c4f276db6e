-- How many records is the report about, how many of the failing ones did its runs not load themselves, and when did they
-- happen?
SELECT count(*), count(*) FILTER (outcome = 'error'), count(*) FILTER (outcome = 'ok'), count(*) FILTER (status = 'unknown'),
  count(*) FILTER (outcome = 'error' AND run_id NOT IN (%[runs])),
  (SELECT count(DISTINCT title_hash) FROM scope_sums),
  min(occurred_at) FILTER (outcome = 'error'), max(occurred_at) FILTER (outcome = 'error')
FROM scope;
