-- Of which records of run $1 (of its file $2, where that is not empty) that no heir gets did files that stay hold a half, and where?
CREATE OR REPLACE TEMP TABLE left_halves AS
SELECT s.*, u.pruned_at IS NOT NULL AS pruned
FROM dw.sightings s SEMI JOIN dw.cuts c USING (run_id, record_id, file, row) JOIN dw.runs u USING (run_id)
WHERE (s.run_id <> $1 OR $2 <> '' AND s.file <> $2)
  AND s.record_id IN (SELECT record_id FROM dw.records WHERE run_id = $1 AND ($2 = '' OR file = $2))
  AND s.record_id NOT IN (SELECT record_id FROM heirs);
