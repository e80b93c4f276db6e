-- Which rows that can be saved again have two names? One log or message says of which map a row is, another only of which it may be: a row under several maps is
-- the one (same) under the only one of these that has a failure with its key and company. Where two of them have, nobody can tell.
CREATE OR REPLACE TEMP TABLE %[1]s_retry_same AS
WITH sure AS (
  SELECT hash(map, same_key(affected_key), coalesce(company, '')) AS row
  FROM %[1]s
  WHERE outcome = 'error' AND affected_key IS NOT NULL AND map IS NOT NULL AND place NOT IN (SELECT place FROM %[1]s_settled WHERE saved)
), loose AS (
  SELECT hash(map_title, same_key(affected_key), coalesce(company, '')) AS row, hash(unnest(map_candidates), same_key(affected_key), coalesce(company, '')) AS same
  FROM %[1]s
  WHERE outcome = 'error' AND affected_key IS NOT NULL AND map IS NULL AND len(map_candidates) > 0
)
SELECT row, min(same) AS same
FROM (SELECT DISTINCT l.row, l.same FROM loose l SEMI JOIN sure s ON s.row = l.same)
GROUP BY row
HAVING count(*) = 1;
