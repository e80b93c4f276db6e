-- The records of these files that may be cut are met as what they were: halves, or what stands in the place of one.
INSERT INTO dw.cuts
SELECT $1, c.record_id, c.file, c.row
FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number JOIN dw.cuts c ON c.run_id = f.run_id AND c.file = f.path;
