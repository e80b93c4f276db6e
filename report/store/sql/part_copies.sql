-- The copies of every record that is met more than once, and of those that may be cut, with a verdict: is it loaded?
-- The first copy is, unless an earlier run has the record. Where that one may be cut, of an earlier run of environment $1
-- or here, the first copy that is not cut is loaded as well, and takes its place later; a cut one of $2 bytes or more
-- has parts of its text in a table of their own, and stays. Those of a time that was pruned are not loaded unless they are stored.
CREATE OR REPLACE TABLE spool.main.copies AS
WITH stored AS (
  SELECT DISTINCT record_id FROM dw.records WHERE record_id IN (SELECT record_id FROM spool.main.part_records)
), late AS (
  SELECT record_id FROM spool.main.part_records, spool.main.line WHERE occurred_at < before_at AND record_id NOT IN (SELECT record_id FROM stored)
), halves AS (
  SELECT DISTINCT record_id FROM dw.cuts JOIN dw.runs USING (run_id) SEMI JOIN dw.records r USING (record_id, run_id, file, row) WHERE environment IS NOT DISTINCT FROM $1
), several AS (
  SELECT record_id FROM spool.main.part_records GROUP BY record_id HAVING count(*) > 1
  UNION
  SELECT record_id FROM stored
  UNION
  SELECT record_id FROM late
  UNION
  SELECT record_id FROM spool.main.part_cuts
), found AS (
  SELECT r.record_id, l.place, r.row, r.byte_offset, r.byte_length, r.status,
    c.record_id IS NOT NULL AS cut, s.record_id IS NOT NULL AS stored, h.record_id IS NOT NULL AS half,
    s.record_id IS NULL AND coalesce(r.occurred_at < (SELECT before_at FROM spool.main.line), false) AS pruned
  FROM spool.main.part_records r
  JOIN several USING (record_id)
  JOIN spool.main.ledger l ON l.path = r.file
  LEFT JOIN (SELECT DISTINCT record_id, file, row FROM spool.main.part_cuts) c ON c.record_id = r.record_id AND c.file = r.file AND c.row = r.row
  LEFT JOIN stored s ON s.record_id = r.record_id
  LEFT JOIN halves h ON h.record_id = r.record_id
), ordered AS (
  SELECT *,
    row_number() OVER (PARTITION BY record_id, pruned ORDER BY place, row, byte_offset) AS nth,
    row_number() OVER (PARTITION BY record_id, pruned, cut ORDER BY place, row, byte_offset) AS nth_alike,
    first_value(cut AND byte_length < $2) OVER (PARTITION BY record_id, pruned ORDER BY place, row, byte_offset) AS first_is_half
  FROM found
)
SELECT record_id, place, row, byte_offset, byte_length, status, cut, pruned,
  NOT pruned AND (nth = 1 AND NOT stored OR NOT cut AND nth_alike = 1 AND CASE WHEN stored THEN half ELSE first_is_half END) AS loaded
FROM ordered;
