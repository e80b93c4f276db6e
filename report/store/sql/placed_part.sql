-- Which of the records in wholes_alike, which have numbers from $1 to $2, stand at the same place as a half? All that the half says is what the whole one says, or its beginning.
INSERT INTO mended_placed
SELECT h.run_id, h.record_id, h.file, h.row, w.run_id, w.record_id, w.file, w.occurred_at, h.occurred_at, h.occurred_raw
FROM dw.records w JOIN wholes_alike a ON a.number = w.rowid JOIN halves h ON w.row = h.row AND w.byte_offset = h.byte_offset
WHERE w.rowid BETWEEN $1 AND $2 AND w.record_id <> h.record_id AND w.log = h.log AND w.byte_length > h.byte_length
  AND starts_with(coalesce(w.entity, ''), coalesce(h.entity, '')) AND starts_with(coalesce(w.company, ''), coalesce(h.company, ''))
  AND (w.record_key IS NULL OR starts_with(w.record_key, coalesce(h.record_key, '')))
  AND starts_with(coalesce(w.error_text, w.trace_text, ''), coalesce(h.error_text, h.trace_text, ''));
