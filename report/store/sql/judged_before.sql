-- By which rules and program were these records judged?
SELECT coalesce(digest, '') AS digest, coalesce(version, '') AS version, coalesce(judging, '') AS judging, count(*) AS records
FROM (
  SELECT CASE WHEN j.judgement_id IS NULL THEN u.rules_digest ELSE j.rules_digest END AS digest,
    CASE WHEN j.judgement_id IS NULL THEN u.tool_version ELSE j.tool_version END AS version,
    CASE WHEN j.judgement_id IS NULL THEN u.judging ELSE j.judging END AS judging
  FROM (SELECT run_id, judgement_id FROM dw.records WHERE %s) r JOIN dw.runs u ON u.run_id = r.run_id LEFT JOIN dw.judgements j USING (judgement_id))
GROUP BY ALL ORDER BY records DESC, digest, version, judging;
