-- The records of run $1 become records of their heirs, which are other runs or, where a file is forgotten, other files of the run. A sighting without a place leaves the record in
-- the place it had. What the heir's report says does not change: it was about these records before, and
-- said where the heir itself had met them. Their verdicts stay: those of other rules than
-- the heir's are of judgement $2 from now on.
UPDATE dw.records r
SET run_id = h.run_id, handed = CASE WHEN h.run_id = $1 THEN r.handed ELSE true END, judgement_id = CASE WHEN h.other_rules AND r.outcome = 'error' THEN coalesce(r.judgement_id, $2) ELSE r.judgement_id END, file = coalesce(h.file, r.file), row = coalesce(h.row, r.row),
  byte_offset = coalesce(h.byte_offset, r.byte_offset), byte_length = coalesce(h.byte_length, r.byte_length)
FROM heirs h
WHERE r.run_id = $1 AND r.record_id = h.record_id;
