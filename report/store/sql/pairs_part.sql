-- Of which halves are the records in wholes_alike, which have numbers from $1 to $2, the whole ones by all that they say? That with the same
-- id or, where the log has none and the id is made of the content, that of the same log, entity, company, key and time whose text goes on where the other ends, or
-- whose row does (by more than the end of a line).
INSERT INTO mended_pairs
SELECT h.run_id, h.record_id, h.file, h.row, w.run_id, w.record_id, w.file, w.row
FROM dw.records w JOIN wholes_alike a ON a.number = w.rowid JOIN halves h ON w.record_id = h.record_id
WHERE w.rowid BETWEEN $1 AND $2 AND (w.run_id, w.file, w.row) <> (h.run_id, h.file, h.row)
UNION ALL
SELECT h.run_id, h.record_id, h.file, h.row, w.run_id, w.record_id, w.file, w.row
FROM dw.records w JOIN wholes_alike a ON a.number = w.rowid JOIN halves h
  ON w.log = h.log AND w.entity IS NOT DISTINCT FROM h.entity AND w.company IS NOT DISTINCT FROM h.company AND w.occurred_at IS NOT DISTINCT FROM h.occurred_at
WHERE w.rowid BETWEEN $1 AND $2 AND w.record_id <> h.record_id AND (h.record_key IS NULL OR w.record_key IS NOT DISTINCT FROM h.record_key)
  AND (strlen(coalesce(w.error_text, w.trace_text)) > strlen(coalesce(h.error_text, h.trace_text)) OR w.byte_length > h.byte_length + 2)
  AND starts_with(coalesce(w.error_text, w.trace_text), coalesce(h.error_text, h.trace_text));
