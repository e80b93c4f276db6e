-- Which runs, and which judgements, were made by other rules than those that judged the records of the report?
CREATE OR REPLACE TEMP TABLE other_rules AS
WITH ours AS (
  SELECT DISTINCT coalesce(j.rules_digest, u.rules_digest) AS digest
  FROM (SELECT DISTINCT run_id, judgement_id FROM scope WHERE outcome = 'error') r JOIN dw.runs u USING (run_id) LEFT JOIN dw.judgements j USING (judgement_id)
), judges AS (
  SELECT run_id, NULL::BIGINT AS judgement_id, rules_digest FROM dw.runs
  UNION ALL
  SELECT NULL, judgement_id, rules_digest FROM dw.judgements
)
SELECT run_id, judgement_id FROM judges WHERE rules_digest NOT IN (SELECT digest FROM ours WHERE digest IS NOT NULL);
