-- How many rules and programs judged the failing records of the report?
SELECT count(DISTINCT row(coalesce(j.rules_digest, u.rules_digest), coalesce(j.tool_version, u.tool_version)))
FROM (SELECT DISTINCT run_id, judgement_id FROM scope WHERE outcome = 'error') s JOIN dw.runs u USING (run_id) LEFT JOIN dw.judgements j USING (judgement_id);
