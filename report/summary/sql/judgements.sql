-- Of which failing records of the report are the verdicts not those of the run that loaded them?
SELECT j.made_at, j.rules, j.rules_digest, coalesce(j.run_id, 0), count(*)
FROM scope s JOIN dw.judgements j USING (judgement_id)
WHERE s.outcome = 'error'
GROUP BY j.judgement_id, j.made_at, j.rules, j.rules_digest, j.run_id
ORDER BY j.judgement_id;
