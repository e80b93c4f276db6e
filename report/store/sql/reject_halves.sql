-- What is left of them is a rejected row: the text of the half went when the whole record came, and that of the whole is not from there. The places are still
-- in cuts, so the files are read, and not booked from the tables, when they come again.
INSERT INTO dw.rejects
SELECT run_id, file, row, byte_offset, byte_length, NULL, 'it ends in the middle, and the run or file that held the whole record was forgotten: read it again', ''
FROM left_halves WHERE NOT pruned;
UPDATE dw.files f SET duplicates = f.duplicates - n.records, rejected = f.rejected + n.records
FROM (SELECT run_id, file, count(*) AS records FROM left_halves GROUP BY ALL) n
WHERE f.run_id = n.run_id AND f.path = n.file;
UPDATE dw.runs u SET duplicates = u.duplicates - n.records, rejected = u.rejected + n.records, scope_records = u.scope_records - n.records,
  scope_digest = xor(u.scope_digest, n.change)
FROM (SELECT run_id, count(*) AS records, bit_xor(hash(record_id)) AS change FROM left_halves GROUP BY run_id) n
WHERE u.run_id = n.run_id;
DELETE FROM dw.sightings s USING left_halves h WHERE s.run_id = h.run_id AND s.record_id = h.record_id;
-- What their reports said was of the whole records.
DELETE FROM dw.changes WHERE run_id IN (SELECT run_id FROM left_halves);
DELETE FROM dw.fixes WHERE run_id IN (SELECT run_id FROM left_halves);
DELETE FROM dw.incidents WHERE run_id IN (SELECT run_id FROM left_halves);
