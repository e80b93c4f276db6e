-- Which of the records with numbers from $2 to $3 may be the whole one of a half, by what is no text? Loaded by run $1, or of run $1. A part of the archive is
-- asked at a time, as DuckDB may hold the one side of a join as well as the other.
CREATE OR REPLACE TEMP TABLE wholes_alike AS
SELECT w.rowid AS number
FROM dw.records w JOIN halves h ON w.log = h.log AND w.entity IS NOT DISTINCT FROM h.entity AND w.company IS NOT DISTINCT FROM h.company AND w.occurred_at IS NOT DISTINCT FROM h.occurred_at
WHERE w.rowid BETWEEN $2 AND $3 AND (w.run_id = $1 OR h.run_id = $1)
UNION
SELECT w.rowid FROM dw.records w JOIN halves h ON w.row = h.row AND w.byte_offset = h.byte_offset
WHERE w.rowid BETWEEN $2 AND $3 AND (w.run_id = $1 OR h.run_id = $1)
UNION
SELECT w.rowid FROM dw.records w JOIN halves h ON w.record_id = h.record_id
WHERE w.rowid BETWEEN $2 AND $3 AND w.run_id = $1;
