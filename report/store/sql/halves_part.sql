-- The records with numbers from $1 to $2 that may have been cut.
INSERT INTO halves
SELECT h.*, u.environment
FROM dw.records h JOIN dw.cuts c ON h.record_id = c.record_id AND h.run_id = c.run_id AND h.file = c.file AND h.row = c.row JOIN dw.runs u ON u.run_id = c.run_id
WHERE h.rowid BETWEEN $1 AND $2;
