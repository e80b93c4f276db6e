-- The run itself, with the scope its report is about: records it loaded and records it met again.
INSERT INTO dw.runs (run_id, environment, tool_version, rules, rules_digest, arguments, since, until, started_at, finished_at,
  read, loaded, duplicates, rejected, filtered, ok, classified, unclassified, scope_records, scope_digest, inherited, fail_on, max_rejects, parts, missing_shards, reading, judging)
WITH cut AS (
  SELECT record_id FROM dw.cuts WHERE run_id = $1
), own AS ( -- most of a night, and no id twice but where one of two records is cut: they are counted as they stand
  SELECT count(*) AS n, coalesce(bit_xor(hash(record_id)), 0) AS digest
  FROM (
    SELECT record_id FROM dw.records ANTI JOIN cut USING (record_id) WHERE run_id = $1
    UNION ALL
    SELECT DISTINCT record_id FROM dw.records SEMI JOIN cut USING (record_id) WHERE run_id = $1)
), met AS (
  SELECT count(*) AS n, coalesce(bit_xor(hash(record_id)), 0) AS digest
  FROM (SELECT DISTINCT record_id FROM dw.sightings WHERE run_id = $1)
    ANTI JOIN (SELECT record_id FROM dw.records SEMI JOIN dw.sightings USING (record_id, run_id) WHERE run_id = $1) USING (record_id)
)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
  own.n + met.n, xor(own.digest, met.digest),
  0, $19, $20, string_split($21, chr(10)), string_split($22, chr(10)), $23, $24
FROM own, met;
