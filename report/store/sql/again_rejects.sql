-- The rows of file $1 of an earlier run (the number of its row) that were rejected.
INSERT INTO spool.main.rejects
SELECT r.* EXCLUDE (run_id)
FROM dw.rejects r
WHERE (run_id, file) = (SELECT (run_id, path) FROM dw.files WHERE rowid = $1);
