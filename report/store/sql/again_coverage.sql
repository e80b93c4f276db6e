-- What file $1 of an earlier run (the number of its row) covers, as file $2 of this one.
INSERT INTO spool.main.coverage
SELECT $2, c.* EXCLUDE (run_id, position)
FROM dw.coverage c
WHERE (run_id, position) = (SELECT (run_id, position) FROM dw.files WHERE rowid = $1);
