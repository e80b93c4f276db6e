-- Of which failing records of the report are the verdicts not those of the rules $1, which are today's? Those that were judged again, call by call, and in
-- one row those that other runs loaded, with the last of these and how many of them and of their rules there are; of these none where $1 is null.
WITH again AS (
  SELECT judgement_id, count(*) AS records FROM scope WHERE outcome = 'error' AND judgement_id IS NOT NULL GROUP BY judgement_id
), loaded AS (
  SELECT run_id, count(*) AS records FROM scope WHERE outcome = 'error' AND judgement_id IS NULL GROUP BY run_id
), others AS (
  SELECT max(run_id) AS run, count(*) AS runs, count(DISTINCT rules_digest) AS sets, sum(records)::BIGINT AS records
  FROM loaded JOIN dw.runs USING (run_id)
  WHERE rules_digest <> $1
)
SELECT j.made_at, j.rules, j.rules_digest, coalesce(j.run_id, 0), 0, 0, a.records
FROM again a JOIN dw.judgements j USING (judgement_id)
UNION ALL
SELECT u.started_at, u.rules, u.rules_digest, u.run_id, o.runs, o.sets, o.records
FROM others o JOIN dw.runs u ON u.run_id = o.run
ORDER BY 1, 3;
