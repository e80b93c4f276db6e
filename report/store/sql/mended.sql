-- Of which records that may have been cut is the whole one there, loaded by this run, or of this run, loaded by any? That which sql/pairs_part.sql found for sure, or
--   what stands at the same place of a longer copy of the file, where what was cut is a part of it, be it a name, the key or the time. A copy is where the record before it is
--   the same and stands in the same row; where none is before it, a file of the same name, of which the time says the hour at least: a log that begins anew each night may
--   begin with the same failure.
CREATE OR REPLACE TEMP TABLE mended AS
WITH pairs AS (
  FROM mended_pairs
  UNION
  SELECT p.run_id, p.half, p.file, p.row, p.whole_run, p.whole, p.whole_file, p.row
  FROM mended_placed p JOIN copies c ON c.half_run = p.run_id AND c.half_file = p.file AND c.half_row = p.row AND c.run_id = p.whole_run AND c.file = p.whole_file
  UNION
  SELECT run_id, half, file, row, whole_run, whole, whole_file, row
  FROM mended_placed
  WHERE whole_file = file AND (run_id, file, row) NOT IN (SELECT (run_id, file, row) FROM before_halves)
    AND (strlen(occurred_raw) >= 13 AND starts_with(strftime(whole_at, '%Y-%m-%d %H:%M:%S'), replace(occurred_raw, 'T', ' '))
      OR occurred_at IN (date_trunc('hour', whole_at), date_trunc('minute', whole_at), date_trunc('second', whole_at)))
)
SELECT h.run_id, p.half, p.whole, p.whole_run, h.file, h.row, h.byte_offset, h.byte_length, h.status
FROM pairs p JOIN halves h ON h.run_id = p.run_id AND h.record_id = p.half AND h.file = p.file AND h.row = p.row
JOIN dw.runs v ON v.run_id = p.whole_run AND v.environment IS NOT DISTINCT FROM h.environment
ANTI JOIN dw.cuts o ON o.run_id = p.whole_run AND o.record_id = p.whole AND o.file = p.whole_file AND o.row = p.whole_row
QUALIFY row_number() OVER (PARTITION BY h.run_id, h.record_id, h.file, h.row ORDER BY p.whole <> p.half, p.whole_run, p.whole_file, p.whole_row) = 1;
DROP TABLE halves;
DROP TABLE before_halves;
DROP TABLE copies;
DROP TABLE mended_pairs;
DROP TABLE mended_placed;
DROP TABLE IF EXISTS wholes_alike;
