-- Of which records that may have been cut is the whole one there: of any run, loaded by run $1, or of run $1, loaded by any run? That with the same
-- id or, where the log has none and the id is made of the content,
--   that of the same log, entity, company, key and time whose text goes on where the other ends, or whose row does (by more than the end of a line), or
--   what stands at the same place of a longer copy of the file, where what was cut is a part of it, be it a name, the key or the time. A copy is where the record before it is
--   the same and stands in the same row; where none is before it, a file of the same name, of which the time says the hour at least: a log that begins anew each night may
--   begin with the same failure.
CREATE OR REPLACE TEMP TABLE mended AS
WITH halves AS (
  SELECT h.*, u.environment
  FROM dw.cuts c JOIN dw.records h ON h.record_id = c.record_id AND h.run_id = c.run_id AND h.file = c.file AND h.row = c.row JOIN dw.runs u ON u.run_id = c.run_id
), met AS (
  SELECT run_id, file, row, record_id FROM dw.records
  UNION ALL
  SELECT run_id, file, row, record_id FROM dw.sightings
), before AS (
  SELECT h.run_id, h.file, h.row, max(m.row) AS before_row, arg_max(m.record_id, m.row) AS before_id
  FROM halves h JOIN met m ON m.run_id = h.run_id AND m.file = h.file AND m.row < h.row
  GROUP BY ALL
), copies AS (
  SELECT b.run_id AS half_run, b.file AS half_file, b.row AS half_row, m.run_id, m.file
  FROM before b JOIN met m ON m.record_id = b.before_id AND m.row = b.before_row
), alike AS ( -- without texts: of these all are read
  SELECT w.rowid AS number
  FROM dw.records w JOIN halves h ON h.run_id = $1 AND w.log = h.log AND w.entity IS NOT DISTINCT FROM h.entity AND w.company IS NOT DISTINCT FROM h.company
    AND w.occurred_at IS NOT DISTINCT FROM h.occurred_at
  WHERE w.run_id <> $1
  UNION
  SELECT w.rowid FROM dw.records w JOIN halves h ON h.run_id = $1 AND w.row = h.row AND w.byte_offset = h.byte_offset WHERE w.run_id <> $1
), wholes AS (
  FROM dw.records WHERE run_id = $1
  UNION ALL
  FROM dw.records WHERE rowid IN (SELECT number FROM alike)
), placed AS ( -- at the same place, and all that the half says is what the whole one says, or its beginning
  SELECT h.run_id, h.record_id AS half, h.file, h.row, w.run_id AS whole_run, w.record_id AS whole, w.file AS whole_file, w.occurred_at AS whole_at, h.occurred_at, h.occurred_raw
  FROM halves h JOIN wholes w ON w.row = h.row AND w.byte_offset = h.byte_offset AND w.record_id <> h.record_id AND w.log = h.log AND w.byte_length > h.byte_length
    AND starts_with(coalesce(w.entity, ''), coalesce(h.entity, '')) AND starts_with(coalesce(w.company, ''), coalesce(h.company, ''))
    AND (w.record_key IS NULL OR starts_with(w.record_key, coalesce(h.record_key, '')))
    AND starts_with(coalesce(w.error_text, w.trace_text, ''), coalesce(h.error_text, h.trace_text, ''))
), pairs AS (
  SELECT h.run_id, h.record_id AS half, h.file, h.row, w.run_id AS whole_run, w.record_id AS whole, w.file AS whole_file, w.row AS whole_row
  FROM halves h JOIN wholes w ON w.record_id = h.record_id AND (w.run_id, w.file, w.row) <> (h.run_id, h.file, h.row)
    OR w.record_id <> h.record_id AND w.log = h.log AND w.entity IS NOT DISTINCT FROM h.entity AND w.company IS NOT DISTINCT FROM h.company
      AND w.occurred_at IS NOT DISTINCT FROM h.occurred_at AND (h.record_key IS NULL OR w.record_key IS NOT DISTINCT FROM h.record_key)
      AND (strlen(coalesce(w.error_text, w.trace_text)) > strlen(coalesce(h.error_text, h.trace_text)) OR w.byte_length > h.byte_length + 2)
      AND starts_with(coalesce(w.error_text, w.trace_text), coalesce(h.error_text, h.trace_text))
  UNION
  SELECT p.run_id, p.half, p.file, p.row, p.whole_run, p.whole, p.whole_file, p.row
  FROM placed p JOIN copies c ON c.half_run = p.run_id AND c.half_file = p.file AND c.half_row = p.row AND c.run_id = p.whole_run AND c.file = p.whole_file
  UNION
  SELECT run_id, half, file, row, whole_run, whole, whole_file, row
  FROM placed
  WHERE whole_file = file AND (run_id, file, row) NOT IN (SELECT (run_id, file, row) FROM before)
    AND (strlen(occurred_raw) >= 13 AND starts_with(strftime(whole_at, '%Y-%m-%d %H:%M:%S'), replace(occurred_raw, 'T', ' '))
      OR occurred_at IN (date_trunc('hour', whole_at), date_trunc('minute', whole_at), date_trunc('second', whole_at)))
)
SELECT h.run_id, p.half, p.whole, p.whole_run, h.file, h.row, h.byte_offset, h.byte_length, h.status
FROM pairs p JOIN halves h ON h.run_id = p.run_id AND h.record_id = p.half AND h.file = p.file AND h.row = p.row
JOIN dw.runs v ON v.run_id = p.whole_run AND v.environment IS NOT DISTINCT FROM h.environment
ANTI JOIN dw.cuts o ON o.run_id = p.whole_run AND o.record_id = p.whole AND o.file = p.whole_file AND o.row = p.whole_row
QUALIFY row_number() OVER (PARTITION BY h.run_id, h.record_id, h.file, h.row ORDER BY p.whole <> p.half, p.whole_run, p.whole_file, p.whole_row) = 1;
