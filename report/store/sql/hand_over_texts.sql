-- The parts of their texts go with the records of run $1.
UPDATE dw.text_parts p SET run_id = h.run_id FROM heirs h WHERE p.run_id = $1 AND p.record_id = h.record_id;
