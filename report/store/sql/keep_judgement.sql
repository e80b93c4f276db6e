-- The rules of run $1, for the verdicts of records that pass from it to runs of other rules: judgement $2.
INSERT INTO dw.judgements
SELECT $2, run_id, finished_at, tool_version, rules, rules_digest, arguments, n.records, 0, judging
FROM dw.runs, (SELECT count(*) AS records FROM heirs JOIN dw.records r USING (record_id) WHERE other_rules AND r.run_id = $1 AND r.judgement_id IS NULL AND r.outcome = 'error') n
WHERE run_id = $1 AND n.records > 0;
