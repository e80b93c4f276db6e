-- What decides verdicts of $1: of the rules $2 the numbers $3.
INSERT INTO dw.judging
SELECT $1, rule_id, number::UBIGINT
FROM (SELECT unnest($2::VARCHAR[]) AS rule_id, unnest($3::VARCHAR[]) AS number)
WHERE NOT EXISTS (FROM dw.judging WHERE judging = $1)
ORDER BY rule_id;
