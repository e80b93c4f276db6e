-- How many records is the report about, and when did the failing ones happen?
SELECT count(*), count(*) FILTER (outcome = 'error'), count(*) FILTER (outcome = 'ok'), count(*) FILTER (status = 'unknown'),
  count(DISTINCT map_title) FILTER (outcome = 'error'),
  min(occurred_at) FILTER (outcome = 'error'), max(occurred_at) FILTER (outcome = 'error')
FROM scope;
