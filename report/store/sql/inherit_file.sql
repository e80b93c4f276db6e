-- The ledger of run $1 is the sum of those of its files. What it holds beyond what it loaded it was handed.
UPDATE dw.runs u SET read = f.read, loaded = f.loaded, duplicates = f.duplicates, rejected = f.rejected, filtered = f.filtered,
  ok = f.ok, classified = f.classified, unclassified = f.unclassified, inherited = s.held - f.loaded,
  scope_records = s.records, scope_digest = s.digest
FROM (
  SELECT sum(read)::BIGINT AS read, sum(loaded)::BIGINT AS loaded, sum(duplicates)::BIGINT AS duplicates, sum(rejected)::BIGINT AS rejected,
    sum(filtered)::BIGINT AS filtered, sum(ok)::BIGINT AS ok, sum(classified)::BIGINT AS classified, sum(unclassified)::BIGINT AS unclassified
  FROM dw.files WHERE run_id = $1
) f, (
  SELECT count(*) AS records, coalesce(bit_xor(hash(record_id)), 0) AS digest, (SELECT count(*) FROM dw.records WHERE run_id = $1) AS held
  FROM (SELECT record_id FROM dw.records WHERE run_id = $1 UNION SELECT record_id FROM dw.sightings WHERE run_id = $1)
) s
WHERE u.run_id = $1;
