-- Of which records that may have been cut is the whole one there: of any run, loaded by run $1, or of run $1, loaded by any run? That with the same
-- id or, where the log has none and the id is made of the content, that of the same log whose text goes on where the other ends: of the same entity,
-- company and time, or, where one of these was cut itself and is a part of what it is or lacks, that of the same place in a longer copy of the file.
CREATE OR REPLACE TEMP TABLE mended AS
WITH halves AS (
  SELECT h.*, u.environment, coalesce(date_trunc('day', h.occurred_at), try_cast(left(h.occurred_raw, 10) AS TIMESTAMP)) AS day
  FROM dw.cuts c JOIN dw.records h ON h.record_id = c.record_id AND h.run_id = c.run_id AND h.file = c.file AND h.row = c.row JOIN dw.runs u ON u.run_id = c.run_id
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
)
SELECT h.run_id, h.record_id AS half, w.record_id AS whole, w.run_id AS whole_run, h.file, h.row, h.byte_offset, h.byte_length, h.status
FROM halves h
JOIN wholes w ON w.record_id = h.record_id AND (w.run_id, w.file, w.row) <> (h.run_id, h.file, h.row)
  OR w.record_id <> h.record_id AND w.log = h.log AND (strlen(coalesce(w.error_text, w.trace_text)) > strlen(coalesce(h.error_text, h.trace_text)) OR w.byte_length > h.byte_length)
    AND (w.entity IS NOT DISTINCT FROM h.entity AND w.company IS NOT DISTINCT FROM h.company AND w.occurred_at IS NOT DISTINCT FROM h.occurred_at
        AND starts_with(coalesce(w.error_text, w.trace_text), coalesce(h.error_text, h.trace_text))
      OR w.row = h.row AND w.byte_offset = h.byte_offset AND starts_with(coalesce(w.entity, ''), coalesce(h.entity, '')) AND starts_with(coalesce(w.company, ''), coalesce(h.company, ''))
        AND (w.record_key IS NULL OR starts_with(w.record_key, coalesce(h.record_key, '')))
        AND starts_with(coalesce(w.error_text, w.trace_text, ''), coalesce(h.error_text, h.trace_text, ''))
        -- What a time that was cut says is its day at most, and in no format that can be told from the whole one, of which only the time is kept: they are a day apart at
        -- most, for time zones. Another file may have such a row there, too, so of it the hour at least is asked for.
        AND coalesce(w.occurred_at BETWEEN h.day - INTERVAL 1 DAY AND h.day + INTERVAL 2 DAY, w.file = h.file)
        AND (w.file = h.file OR strlen(coalesce(h.occurred_raw, '')) >= 13
          OR h.occurred_at IN (date_trunc('hour', w.occurred_at), date_trunc('minute', w.occurred_at), date_trunc('second', w.occurred_at))))
JOIN dw.runs v ON v.run_id = w.run_id AND v.environment IS NOT DISTINCT FROM h.environment
ANTI JOIN dw.cuts o ON o.run_id = w.run_id AND o.record_id = w.record_id AND o.file = w.file AND o.row = w.row
QUALIFY row_number() OVER (PARTITION BY h.run_id, h.record_id, h.file, h.row ORDER BY w.record_id <> h.record_id, w.run_id, w.file, w.row) = 1;
