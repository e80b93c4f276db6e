-- From schema version 12 to 13: views v_missing, v_unknown, v_findings and v_fixes say what the tables of the report say. How many records runs met was
-- counted wrong where a half of a record was met; of runs with records that history prune took out nobody can count them any more.
UPDATE dw.runs u SET scope_records = s.records, scope_digest = s.digest
FROM (
  WITH asked AS (
    SELECT run_id FROM dw.cuts UNION SELECT t.run_id FROM dw.sightings t SEMI JOIN dw.cuts USING (record_id)
  )
  SELECT run_id, count(*) AS records, bit_xor(hash(record_id)) AS digest
  FROM (SELECT run_id, record_id FROM dw.records UNION SELECT run_id, record_id FROM dw.sightings) SEMI JOIN asked USING (run_id)
  GROUP BY run_id
) s
WHERE s.run_id = u.run_id AND NOT EXISTS (FROM dw.prunings);
