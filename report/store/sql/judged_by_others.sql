-- How many of these records have a verdict of other rules than $1, or of another program than $2?
SELECT count(*)
FROM (SELECT run_id, judgement_id FROM dw.records WHERE %s) r JOIN dw.runs u ON u.run_id = r.run_id LEFT JOIN dw.judgements j USING (judgement_id)
WHERE (coalesce(j.rules_digest, u.rules_digest), coalesce(j.tool_version, u.tool_version)) IS DISTINCT FROM ($1, $2);
