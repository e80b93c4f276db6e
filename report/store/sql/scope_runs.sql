-- Which runs of environment $1 are a period from $2 to $3 about? Those whose files cover hours of it, or that loaded records of it: what a
-- file covers is not known where its times lie in too many stretches.
SELECT run_id
FROM dw.runs
WHERE coalesce(environment, '') = $1 AND (
  run_id IN (SELECT run_id FROM dw.coverage WHERE from_at < $3 AND until_at > $2)
  OR run_id IN (SELECT run_id FROM dw.records WHERE occurred_at >= $2 AND occurred_at < $3))
ORDER BY run_id;
