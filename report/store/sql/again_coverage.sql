-- What the files of earlier runs in again cover, as files of this one.
INSERT INTO spool.main.coverage
SELECT a.position, c.* EXCLUDE (run_id, position)
FROM spool.main.again a JOIN dw.files f ON f.rowid = a.number JOIN dw.coverage c ON (c.run_id, c.position) = (f.run_id, f.position);
