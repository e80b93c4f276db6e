-- The rows of the files of earlier runs in again that were rejected.
INSERT INTO spool.main.rejects
SELECT r.* EXCLUDE (run_id)
FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number JOIN dw.rejects r ON (r.run_id, r.file) = (f.run_id, f.path);
