-- By which rules were these records judged?
SELECT coalesce(j.rules_digest, u.rules_digest) AS digest, count(*) AS records
FROM (SELECT run_id, judgement_id FROM dw.records WHERE %s) r JOIN dw.runs u ON u.run_id = r.run_id LEFT JOIN dw.judgements j USING (judgement_id)
GROUP BY digest ORDER BY records DESC, digest;
